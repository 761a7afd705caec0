import { createHash, randomBytes } from 'node:crypto'
import { hashKey } from '../../src/gate/key-format'
import { bundleGateway, bundleWorker } from './bundle'
import { makeKeys, makeTenant, migrate } from './gateway'
import type { Started } from './instance'

/** A limit of requests in any window. */
export interface Limit {
  requests: number
  windowMs: number
}

/** One thing that is measured: the gateway, a peer or a floor. */
export interface Contestant {
  id:
    | 'gateway'
    | 'better-auth'
    | 'rate-limiter-flexible'
    | 'hono-rate-limiter'
    | 'count-then-insert'
    | 'one-read'
    | 'gate-statements'
    | 'bare'
  title: string
  /** What it does for a request, in a few words. */
  does: string
  /** The request that its limiter counts. */
  path: string
  /** Its script. */
  build(folder: string): Promise<string>
  /** Variables that set a limit and whether costs are stated. */
  vars(limit: Limit, isCounting: boolean): Record<string, string>
  cache?: string
  /** Makes its tables; `url` is where its Worker answers. */
  prepare(d1: D1Database, url: string): Promise<void>
  /** New callers, as they name themselves in `X-API-Key`. */
  keys(d1: D1Database, count: number, limit: Limit): Promise<string[]>
}

const limitVars = ({ requests, windowMs }: Limit, isCounting: boolean) => ({
  LIMIT: String(requests),
  WINDOW_MS: String(windowMs),
  COUNT: String(isCounting),
})

const anyKeys = async (_: D1Database, count: number) =>
  Array.from({ length: count }, () => `key_${randomBytes(20).toString('hex')}`)

const worker = (id: Exclude<Contestant['id'], 'gateway'>) => ({
  id,
  path: '/',
  build: () => bundleWorker(id),
  vars: limitVars,
  prepare: async () => undefined,
  keys: anyKeys,
})

const tables = (...statements: string[]) =>
  async function makeTables(d1: D1Database): Promise<void> {
    await d1.batch(statements.map((sql) => d1.prepare(sql)))
  }

/** The gateway with the variables of `wrangler.toml`. */
export const gateway: Contestant = {
  id: 'gateway',
  title: 'casework-gateway',
  does: 'key, tenant, exact sliding window, the answer’s rows',
  path: '/api/me',
  build: bundleGateway,
  vars: ({ requests, windowMs }, isCounting) => ({
    KEY_LIMIT: String(requests),
    KEY_WINDOW_SECONDS: String(windowMs / 1000),
    SERVER_TIMING: String(isCounting),
  }),
  async prepare(d1) {
    await migrate(d1)
    await makeTenant(d1)
  },
  keys: (d1, count) => makeKeys(d1, { count }),
}

/** The others that limit requests, each set up as its documentation says is best. */
export const peers: readonly Contestant[] = [
  {
    ...worker('better-auth'),
    title: 'better-auth API keys',
    does: 'key, owner, a count that ends after an idle window',
    async prepare(_, url) {
      const response = await fetch(`${url}/setup`, { method: 'POST' })
      if (!response.ok) throw new Error(`better-auth could not be set up: ${response.status} ${await response.text()}`)
    },
    keys: cloneKeys,
  },
  {
    ...worker('rate-limiter-flexible'),
    title: 'rate-limiter-flexible (Drizzle)',
    does: 'a fixed window; no key',
    prepare: tables('create table rate_limits (key text primary key, points integer not null, expire integer)'),
  },
  {
    ...worker('hono-rate-limiter'),
    title: 'hono-rate-limiter (Durable Object)',
    does: 'a fixed window; no key',
    cache: 'DurableObjectRateLimiter',
  },
  {
    ...worker('count-then-insert'),
    title: 'COUNT, then INSERT',
    does: 'a sliding window that races; no key',
    prepare: tables(
      'create table requests (id integer primary key, key text not null, at integer not null)',
      'create index requests_key on requests (key, at)',
    ),
  },
]

/** One D1 read, the gateway's statements without the gateway, and no D1 at all. */
export const floors: { oneRead: Contestant; statements: Contestant; bare: Contestant } = {
  oneRead: {
    ...worker('one-read'),
    title: 'Hono, one D1 read',
    does: 'one row by primary key',
    prepare: tables('create table things (id text primary key, name text not null) without rowid'),
    async keys(d1, count) {
      const keys = await anyKeys(d1, count)
      const insert = d1.prepare('insert into things (id, name) select value, value from json_each(?)')
      await insert.bind(JSON.stringify(keys)).run()
      return keys
    },
  },
  statements: {
    ...worker('gate-statements'),
    title: 'Hono, the gateway’s statements',
    does: 'what the gateway asks of D1',
    path: '/me',
    prepare: gateway.prepare,
    keys: async (d1, count) => Promise.all((await makeKeys(d1, { count })).map(hashKey)),
  },
  bare: { ...worker('bare'), title: 'Hono, no D1', does: 'a constant' },
}

/** The Worker of a contestant as it is started, with its database under `DB`. */
export function startedOf(one: Contestant, script: string, vars: Record<string, string>, name = 'a'): Started {
  const cache = one.cache ? { cache: { className: one.cache, scriptName: 'a' } } : {}
  return { name, script, vars, databases: { DB: one.id }, ...cache }
}

/** Copies of the one key that better-auth's set-up has made, hashed as its plugin does. */
async function cloneKeys(d1: D1Database, count: number, { requests, windowMs }: Limit): Promise<string[]> {
  const keys = Array.from({ length: count }, () => randomBytes(32).toString('hex'))
  const columns = `name, configId, start, referenceId, enabled, rateLimitEnabled, createdAt, updatedAt, permissions, metadata`
  const clone = d1.prepare(`
    insert into apikey (id, key, requestCount, rateLimitMax, rateLimitTimeWindow, ${columns})
    select value ->> 0, value ->> 1, 0, ?2, ?3, ${columns
      .split(', ')
      .map((name) => `made.${name}`)
      .join(', ')}
    from json_each(?1), (select * from apikey order by createdAt limit 1) as made`)
  const rows = keys.map((key) => [key.slice(0, 32), createHash('sha256').update(key).digest('base64url')])
  await clone.bind(JSON.stringify(rows), requests, windowMs).run()
  return keys
}
