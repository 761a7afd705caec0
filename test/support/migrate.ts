import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

await Promise.all([env.DB, env.DB_1].map((d1) => applyD1Migrations(d1, env.TEST_MIGRATIONS)))
