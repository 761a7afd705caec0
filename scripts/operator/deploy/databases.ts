import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { z } from 'zod'
import { accountFile } from '../account-file'
import type { Bound } from '../configuration'
import { UsageError } from '../fault'
import { errorOf, runWrangler } from '../wrangler'
import type { Jurisdiction } from './plan'

const Listed = z.object({ uuid: z.string(), name: z.string(), jurisdiction: z.string().nullish() })

/** A D1 database of the account. */
export type Listed = z.infer<typeof Listed>

/** Every D1 database of the account. Throws a `UsageError` if they cannot be listed. */
export async function listDatabases(): Promise<Listed[]> {
  const run = await runWrangler(['d1', 'list', '--json'])
  if (run.code !== 0) throw new UsageError(`The databases could not be listed: ${errorOf(run)}`)
  return z.array(Listed).parse(JSON.parse(run.stdout))
}

/** Creates a database, and finds the id it has got. Throws a `UsageError` if it cannot be created. */
export async function createDatabase(name: string, jurisdiction: Jurisdiction): Promise<Listed> {
  const place = jurisdiction === 'none' ? [] : ['--jurisdiction', jurisdiction]
  const run = await runWrangler(['d1', 'create', name, ...place])
  if (run.code !== 0) throw new UsageError(`The database ${name} could not be created: ${errorOf(run)}`)
  const created = (await listDatabases()).find((one) => one.name === name)
  if (created) return created
  throw new UsageError(`The database ${name} was created, but is not listed yet: run it again in a minute`)
}

/** The database with its id, where a database of its name is in the account and is fit to be taken. */
export async function withIdOf(bound: Bound, { name, uuid }: Listed): Promise<Bound> {
  await requireOurs(name, uuid)
  return { ...bound, database_id: uuid }
}

/** Throws a `UsageError` if a database known by its id is not in the account. */
export function requireListed(databases: readonly Bound[], listed: readonly Listed[]): void {
  const lost = databases.find(({ database_id: id }) => !listed.some(({ uuid }) => uuid === id))
  if (!lost) return
  throw new UsageError(
    `${accountFile} has the database ${lost.database_name} as ${lost.database_id}, which is not in this account: check the login with "npx wrangler whoami"`,
  )
}

/** Throws a `UsageError` if a database holds tables, but not this project's: migrations would mix the two. */
async function requireOurs(name: string, uuid: string): Promise<void> {
  const tables = await tablesOf(name, uuid)
  // Created, and its migrations not begun; or begun, and then this table is the first.
  if (tables.every((table) => table === 'd1_migrations') || tables.includes('tenants')) return
  throw new UsageError(
    `The name is taken: the account has a database ${name} with other tables (${tables.slice(0, 3).join(', ')}). Choose another with --name`,
  )
}

const Tables = z.array(z.object({ results: z.array(z.object({ name: z.string() })) }))

/** Names of a database's tables. By a configuration of its own: wrangler would take an id for the name from wrangler.toml. */
async function tablesOf(name: string, uuid: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'casework-'))
  const config = join(folder, 'wrangler.toml')
  const database = { binding: 'DB', database_name: name, database_id: uuid }
  writeFileSync(config, stringify({ name: 'casework', d1_databases: [database] }))
  const sql =
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '_cf_%'"
  try {
    const run = await runWrangler(['d1', 'execute', 'DB', '--remote', '--json', '--config', config, '--command', sql])
    if (run.code !== 0) throw new UsageError(`The database ${name} could not be looked into: ${errorOf(run)}`)
    return Tables.parse(JSON.parse(run.stdout)).flatMap(({ results }) => results.map((row) => row.name))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
