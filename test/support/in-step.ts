import { env } from 'cloudflare:workers'
import { app } from '../../src/app'
import type { Call } from './call'
import { d1Of } from './tenants'

/**
 * A database whose first `count` batches answer together: every request has read before any of them writes, which is
 * the race that a busy day brings about and a test hardly ever does.
 */
function databaseInStep(count: number): D1Database {
  const { promise: all, resolve } = Promise.withResolvers<void>()
  let answered = 0
  const batch: D1Database['batch'] = async (statements) => {
    const results = await d1Of().batch<never>(statements)
    answered += 1
    if (answered === count) resolve()
    await all
    return results
  }
  return new Proxy(d1Of(), { get: (d1, name) => (name === 'batch' ? batch : Reflect.get(d1, name).bind(d1)) })
}

/** Sends several JSON requests with one key at once, each to its own path or the common one, all past the gate before the first one writes. */
export function sendInStep(path: string, key: string, calls: (Call & { path?: string })[]): Promise<Response[]> {
  const bindings = { ...env, DB: databaseInStep(calls.length) }
  const sends = calls.map(async ({ path: own = path, method = 'POST', json, headers }) =>
    app.fetch(
      new Request(`https://gateway.example${own}`, {
        method,
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(json),
      }),
      bindings,
    ),
  )
  return Promise.all(sends)
}
