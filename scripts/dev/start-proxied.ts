import { randomBytes } from 'node:crypto'
import { reportFault, UsageError } from '../operator/fault'
import { requireFree } from './serve'

/** Starts the example origin, and the gateway in front of it: cases come from there, all else from D1. */
async function startProxied(): Promise<void> {
  const port = process.env.ORIGIN_PORT || '9797'
  const address = `http://127.0.0.1:${port}`
  await requireFree(Number(port)).catch(() => {
    throw new UsageError(`Port ${port} is already in use: choose another with ORIGIN_PORT=9798 npm run start:proxied`)
  })
  Object.assign(process.env, {
    ORIGIN_PORT: port,
    PROXIED: 'cases',
    UPSTREAM_ORIGIN: address,
    UPSTREAM_SECRET: randomBytes(24).toString('hex'),
  })
  await import('../../examples/origin.mjs')
  console.error(`The cases come from examples/origin.mjs at ${address}`)
  await import('./start')
}

await startProxied().catch(reportFault)
