import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import worker from '../../src/index'
import type { Env } from '../../src/settings'

export interface Call {
  method?: string
  key?: string | undefined
  /** Sent as JSON. */
  json?: unknown
  /** Sent as it is. */
  body?: BodyInit
  headers?: Record<string, string>
  /** What is bound otherwise than in all tests, e.g. a database that stands in for D1. */
  bindings?: Partial<Env> & { DB_1?: D1Database }
}

/**
 * Sends one request through the Worker's own entry, in this isolate: the pool's loopback (`exports.default`) gets slower
 * with every request it has served. Over real HTTP the gateway is tested by test/node.
 */
export async function call(
  path: string,
  { method, key, json, body, headers = {}, bindings }: Call = {},
): Promise<Response> {
  const init: RequestInit = {
    method: method ?? (json === undefined && body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(key !== undefined && { Authorization: `Bearer ${key}` }),
      ...(json !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    redirect: 'manual',
  }
  if (json !== undefined) init.body = JSON.stringify(json)
  if (body !== undefined) init.body = body
  const bound = bindings ? { ...env, ...bindings } : env
  return worker.fetch(new Request(`https://gateway.example${path}`, init), bound, createExecutionContext())
}

/** Status and body of an answer, for tests that go on from its body; see `toAnswer` for the others. */
export async function answerOf<T = Record<string, unknown>>(answer: Response | Promise<Response>) {
  const response = await answer
  return { status: response.status, body: await response.json<T>() }
}

/** What a request cost D1, as its `Server-Timing` says: numbers from D1's own meta. */
export function costOf(response: Response) {
  const timing = response.headers.get('Server-Timing') ?? ''
  const read = (name: string) => Number(new RegExp(`${name};desc="(\\d+)"`).exec(timing)?.[1] ?? Number.NaN)
  return { trips: read('trips'), rowsRead: read('rows-read'), rowsWritten: read('rows-written') }
}
