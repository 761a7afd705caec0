import { env } from 'cloudflare:workers'
import { app } from '../../src/app'
import type { Call } from './call'
import { d1Of } from './tenants'

interface Meddling {
  /** Happens once the request has read and before it writes. */
  beforeWrite?: () => Promise<unknown>
  /** The write is done, and the connection breaks before anybody hears of it. */
  isLost?: boolean
}

/** A database whose second batch, which is a request's write, meets with something. */
function meddled({ beforeWrite, isLost = false }: Meddling): D1Database {
  let batches = 0
  const batch: D1Database['batch'] = async (statements) => {
    batches += 1
    const isWrite = batches === 2
    if (isWrite) await beforeWrite?.()
    const results = await d1Of().batch<never>(statements)
    if (isWrite && isLost) throw new Error('D1_ERROR: Network connection lost.')
    return results
  }
  return new Proxy(d1Of(), { get: (d1, name) => (name === 'batch' ? batch : Reflect.get(d1, name).bind(d1)) })
}

/** Sends one JSON request whose write meets with something. */
export async function callMeddled(
  path: string,
  { method = 'POST', key, json = {} }: Call,
  meddling: Meddling,
): Promise<Response> {
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
  const request = new Request(`https://gateway.example${path}`, { method, headers, body: JSON.stringify(json) })
  return app.fetch(request, { ...env, DB: meddled(meddling) })
}
