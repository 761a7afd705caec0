import { readdirSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { root } from './command'
import { type StoredDatabase, standInProject } from './stand-in/account'

const { folder, given, now, account, operate, record, remove } = standInProject()
afterAll(remove)

const migrations = readdirSync(`${root}migrations`).filter((file) => file.endsWith('.sql'))
const latest = migrations.at(-1)

const stored = (name: string, uuid: string): StoredDatabase => ({
  uuid,
  name,
  jurisdiction: 'eu',
  applied: migrations,
  tables: ['tenants'],
})
const [id, secondId, thirdId] = ['11111111-0000', '22222222-0000', '33333333-0000'] as const
const first = stored('casework', id)

/** A stage that is known here. */
async function givenFound(databases: StoredDatabase[]): Promise<void> {
  given({ databases })
  await operate('cell-commands', 'find', '--env', 'production')
  now({})
}

const asked = () => account().asked.map((call) => call.replaceAll(` --config ${folder}/wrangler.account.toml`, ''))

it('A cell is created where the others are, bound and migrated, and the next deployment has it', async () => {
  await givenFound([first])
  expect(await operate('cell-commands', 'add', '--env', 'production')).toEqual({
    code: 0,
    stdout: '',
    stderr: `Created the database casework-1 in eu, bound as DB_1 in wrangler.account.toml.
DB_1 has every migration, to ${latest}.
Next:
  npm run deploy -- --env production
  npm run tenants -- create --slug acme --name "Acme" --plan council --cell 1 --env production
  and for the public pages of acme, in wrangler.toml under [env.production.vars]: TENANT_CELLS = '{"acme": 1}', then deploy again
`,
  })
  const made = account().databases[1]?.uuid
  expect(asked()).toEqual([
    'whoami --json',
    'd1 list --json',
    'd1 create casework-1 --jurisdiction eu',
    'd1 list --json',
    'd1 migrations list DB_1 --remote --env production',
    'd1 migrations apply DB_1 --env production --remote',
  ])
  expect(await operate('cell-commands', 'list', '--env', 'production')).toEqual({
    code: 0,
    stdout: `cell  binding  database    id
   0  DB       casework    ${id}
   1  DB_1     casework-1  ${made}
`,
    stderr: '',
  })
  const { stderr } = await operate('deploy', '--env', 'production', '--dry-run')
  expect(stderr).toContain('\n  4. Apply the migrations that are missing, to DB, DB_1\n')
})

it('A cell whose migration fails is known, so that the next deployment finishes it', async () => {
  await givenFound([first])
  now({ failsAt: '0003' })
  const { code, stderr } = await operate('cell-commands', 'add', '--env', 'production')
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `Created the database casework-1 in eu, bound as DB_1 in wrangler.account.toml.
error: DB_1: 0003_user_emails.sql could not be applied: near "grant": syntax error at offset 3: SQLITE_ERROR [code: 7500]. Applied before it: 0000_casework.sql, 0001_search_and_counts.sql, 0002_publications_and_submissions.sql.
The database is created and bound; "npm run deploy -- --env production" applies the rest.
`,
  })
  expect(record()).toContain('binding = "DB_1"')
})

it('All cells of a stage that was deployed from elsewhere are found, in order', async () => {
  given({ databases: [stored('casework-1', secondId), first, stored('casework-3', thirdId)] })
  expect(await operate('cell-commands', 'find', '--env', 'production')).toEqual({
    code: 0,
    stdout: '',
    stderr: 'Found casework, casework-1, written into wrangler.account.toml.\n',
  })
  const ids = [...(record() ?? '').matchAll(/database_id = "(.*)"/g)].map((match) => match[1])
  expect(ids).toEqual(['00000000-0000-0000-0000-000000000000', id, secondId])
})

it.each([
  [
    'add',
    'error: Nothing is known here of staging: "npm run deploy -- --env staging" deploys it, "npm run cells -- find --env staging" looks up what is deployed\n',
  ],
  [
    'list',
    'error: Nothing is known here of staging: "npm run deploy -- --env staging" deploys it, "npm run cells -- find --env staging" looks up what is deployed\n',
  ],
  ['find', 'error: The account has no database casework-staging: "npm run deploy -- --env staging" creates it\n'],
])('There is nothing to %s at a stage that was never deployed', async (command, stderr) => {
  given()
  expect(await operate('cell-commands', command, '--env', 'staging')).toEqual({ code: 1, stdout: '', stderr })
})
