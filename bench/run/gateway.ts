import { readdirSync, readFileSync } from 'node:fs'
import { scopes } from '../../src/domain/vocabulary'
import { hashKey, mintKey, prefixLength } from '../../src/gate/key-format'

/** The tenant of every gateway that is measured. Its id looks like a ULID, since case ids end with a part of it. */
export const tenantId = '01BENCH0000000000000000001'

const userId = '01BENCH0000000000000000002'
const perBatch = 500

/** Applies the migrations to an empty database. */
export async function migrate(d1: D1Database): Promise<void> {
  const files = readdirSync('migrations').filter((file) => file.endsWith('.sql'))
  for (const file of files.sort()) {
    const statements = readFileSync(`migrations/${file}`, 'utf8').split('--> statement-breakpoint')
    await d1.batch(statements.map((sql) => d1.prepare(sql)))
  }
}

/** A tenant with an admin, eight wards, six categories and five caseworkers. */
export async function makeTenant(d1: D1Database): Promise<void> {
  const named = (table: 'wards' | 'categories', count: number) =>
    Array.from({ length: count }, (_, n) =>
      d1
        .prepare(
          `insert into ${table} (id, tenant_id, name, name_key, created_at, updated_at) values (?, ?, ?, ?, 0, 0)`,
        )
        .bind(`${table}-${n}`, tenantId, `${table} ${n}`, `${table} ${n}`),
    )
  const person = (id: string, role: string) =>
    d1
      .prepare('insert into users (id, tenant_id, name, email, role, enabled, created_at) values (?, ?, ?, ?, ?, 1, 0)')
      .bind(id, tenantId, `Alex ${role}`, `${id}@example.com`.toLowerCase(), role)
  await d1.batch([
    d1
      // No log of disclosures: a thousand keys in turn would each be given a case for the first time that day.
      .prepare(
        `insert into tenants (id, slug, name, plan, disclosures, created_at) values (?, 'bench', 'Bench', 'council', 'off', 0)`,
      )
      .bind(tenantId),
    person(userId, 'admin'),
    ...Array.from({ length: 5 }, (_, n) => person(`caseworker-${n}`, 'caseworker')),
    ...named('wards', 8),
    ...named('categories', 6),
  ])
}

/** Keys to make. Without a limit, the deployment's own. */
export interface NewKeys {
  count: number
  cell?: number
  limit?: number | undefined
  windowSeconds?: number | undefined
}

/** Keys of the admin with every scope. */
export async function makeKeys(d1: D1Database, { count, cell = 0, limit, windowSeconds }: NewKeys): Promise<string[]> {
  const keys = Array.from({ length: count }, () => mintKey(cell))
  const insert = d1.prepare(`
    insert into keys (hash, id, family_id, tenant_id, user_id, prefix, scopes, quota, window_seconds, created_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`)
  const rows = await Promise.all(
    keys.map(async (key) => {
      const hash = await hashKey(key)
      const id = hash.slice(0, 26)
      const quota = [limit ?? null, windowSeconds ?? null]
      return insert.bind(hash, id, id, tenantId, userId, key.slice(0, prefixLength), scopes.join(' '), ...quota)
    }),
  )
  for (let done = 0; done < rows.length; done += perBatch) await d1.batch(rows.slice(done, done + perBatch))
  return keys
}
