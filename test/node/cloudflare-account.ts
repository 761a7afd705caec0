import { readdirSync, readFileSync } from 'node:fs'
import { Miniflare } from 'miniflare'
import { type Answer, type Asked, cloudflare } from './cloudflare'
import { root } from './command'

const ok = (result: unknown): Answer => ({ result })
const notThere: Answer = { status: 404, code: 10007, message: 'It is not there.' }

/** An account of Cloudflare's as the real wrangler meets it over HTTP, with a real D1. Empty at first. */
export async function cloudflareAccount() {
  const runtime = new Miniflare({ modules: true, script: 'export default {}', d1Databases: ['DB', 'THEN'] })
  // Miniflare's type is that of another edition of Cloudflare's types.
  const open = async (name: string) => (await runtime.getD1Database(name)) as unknown as D1Database
  const [d1, then] = [await open('DB'), await open('THEN')]
  let current = d1
  const databases: object[] = []
  const secrets = new Map<string, string>()
  let isThere = false

  /** What concerns the Worker, by method and path below it. */
  const worker: Record<string, (asked: Asked) => Answer> = {
    'GET /secrets': () => ok([...secrets.keys()].map((name) => ({ name, type: 'secret_text' }))),
    'GET /settings': () => ok({ bindings: [...secrets.keys()].map((name) => ({ name, type: 'secret_text' })) }),
    'PATCH /settings': ({ body }) => {
      for (const [, name = '', text = ''] of String(body).matchAll(/"name":"(\w+)","text":"([^"]+)"/g))
        secrets.set(name, text)
      return ok({})
    },
    'POST /assets-upload-session': () => ok({ jwt: 'nothing to upload', buckets: [] }),
    'POST /versions': () => ok({ id: 'version', startup_time_ms: 5, resources: { script: { etag: 'etag' } } }),
    'POST /deployments': () => ok({ id: 'deployment' }),
    'PATCH /script-settings': () => ok({}),
    'GET /subdomain': () => ok({ enabled: true, previews_enabled: true }),
    'POST /subdomain': () => ok({ enabled: true, previews_enabled: true }),
    'PUT /schedules': () => ok({}),
  }

  const account: Record<string, (asked: Asked) => Answer | Promise<Answer>> = {
    'GET /client/v4/user/tokens/verify': () => ok({ id: 'token', status: 'active' }),
    'GET /client/v4/user': () => ok({ id: 'user', email: 'operator@example.com' }),
    'GET /client/v4/accounts': () => ok([{ id: 'account', name: 'Example Council' }]),
    'GET /d1/database': () => ok(databases),
    'POST /d1/database': ({ body }) => {
      databases.push({ uuid: databaseId, version: 'production', ...Object(body) })
      return ok(databases[0])
    },
    [`GET /d1/database/${databaseId}`]: () => ok(databases[0]),
    [`POST /d1/database/${databaseId}/query`]: ({ body }) => query(current, Object(body).sql),
    [`GET /d1/database/${databaseId}/time_travel/bookmark`]: () => ok({ bookmark: 'then' }),
    [`POST /d1/database/${databaseId}/time_travel/restore`]: () => {
      current = then
      return ok({ bookmark: 'then', previous_bookmark: 'now' })
    },
    'GET /workers/subdomain': () => ok({ subdomain: 'example' }),
    'GET /workers/services/casework-gateway': () =>
      isThere
        ? ok({ default_environment: { environment: 'production', script: { last_deployed_from: 'wrangler' } } })
        : notThere,
    'PUT /workers/scripts/casework-gateway': () => {
      isThere = true
      return ok({ id: 'casework-gateway' })
    },
  }

  const { asked, env, close } = await cloudflare((one) => {
    const what = `${one.method} ${one.path}`
    const ofWorker = worker[what.replace('/workers/scripts/casework-gateway', '')]
    if (ofWorker && isThere) return ofWorker(one)
    return account[what]?.(one) ?? notThere
  })
  const dispose = async () => {
    close()
    await runtime.dispose()
  }

  /** Makes what `npm run deploy` makes, without it. */
  async function deployed(): Promise<void> {
    databases.push({ uuid: databaseId, name: 'casework', version: 'production' })
    isThere = true
    await Promise.all([migrated(d1), migrated(then)])
  }

  /** Keeps tenants, keys and their audit as they are: what Time Travel goes back to. */
  async function keep(): Promise<void> {
    for (const table of ['tenants', 'users', 'keys', 'audit']) {
      const { results } = await d1.prepare(`select * from ${table}`).all()
      for (const row of results) {
        const places = Object.keys(row).map(() => '?')
        await then
          .prepare(`insert into ${table} values (${places})`)
          .bind(...Object.values(row))
          .run()
      }
    }
  }

  return { asked, env, d1, then, secrets, deployed, keep, dispose }
}

const databaseId = '11111111-2222-3333-4444-555555555555'

/** Applies every migration to an empty database, and notes them down as wrangler does. */
async function migrated(d1: D1Database): Promise<void> {
  await d1.exec('create table d1_migrations (id integer primary key, name text unique, applied_at text)')
  for (const name of readdirSync(`${root}migrations`)
    .filter((file) => file.endsWith('.sql'))
    .sort()) {
    const statements = readFileSync(`${root}migrations/${name}`, 'utf8').split('--> statement-breakpoint')
    await d1.batch([
      ...statements.map((sql) => d1.prepare(sql)),
      d1.prepare('insert into d1_migrations (name) values (?)').bind(name),
    ])
  }
}

/** Runs what D1's API would: several statements at once, of a migration or joined by a command. */
async function query(d1: D1Database, sql: string): Promise<Answer> {
  const isMigration = sql.includes('d1_migrations (name)')
  const statements = isMigration
    ? sql.split('--> statement-breakpoint').flatMap((one) => one.split(/;?\s*(?=INSERT INTO d1_migrations)/))
    : sql.split(';\n')
  try {
    const results = await d1.batch(statements.filter((one) => one.trim() !== '').map((one) => d1.prepare(one)))
    return ok(results)
  } catch (error) {
    return { status: 400, code: 7500, message: error instanceof Error ? error.message : String(error) }
  }
}
