import type { TestProject } from 'vitest/node'
import { startGateway } from '../node/gateway'

declare module 'vitest' {
  interface ProvidedContext {
    /** The gateway under test: where it is, and the demo's key. */
    gateway: { address: string; key: string }
  }
}

/** Serves the Worker with the demo tenant, once for all the browser's tests. */
export default async function serve(project: TestProject): Promise<() => Promise<void>> {
  const { address, key, stop } = await startGateway({
    IP_HASH_SECRET: 'a secret for tests only',
    KEY_LIMIT: '1000',
    CONSOLE_SECRET: 'a secret of the console for tests only',
    WEBHOOK_KEY: 'a key for tests only of 32 characters',
    WEBHOOK_ALLOW_LOOPBACK: 'true',
  })
  project.provide('gateway', { address, key })
  return stop
}
