import type { D1Migration } from 'cloudflare:test'
import type { Env as GatewayEnv } from '../../src/settings'

declare global {
  namespace Cloudflare {
    interface Env extends GatewayEnv {
      DB_1: D1Database
      TEST_SHIELD: RateLimit
      HOSTILE_RUNS?: string
      HOSTILE_SEED?: string
      TEST_MIGRATIONS: D1Migration[]
    }
    interface GlobalProps {
      mainModule: typeof import('../../src/index')
    }
  }
}
