import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { type Answer, type Asked, cloudflare, rowsFound } from './cloudflare'
import { root, run, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)

const config = join(folder, 'wrangler.toml')

/** What is deployed, with databases of these ids. */
function configure(...databaseIds: string[]): void {
  configureWith('', databaseIds)
}

/** The same with further lines. */
function configureWith(lines: string, databaseIds: string[]): void {
  const databases = databaseIds.map(
    (id, cell) => `[[d1_databases]]
binding = "${cell === 0 ? 'DB' : `DB_${cell}`}"
database_name = "casework-${cell}"
database_id = "${id}"
migrations_dir = "${root}migrations"
`,
  )
  const worker = `name = "casework-gateway"\nmain = "${root}src/index.ts"\ncompatibility_date = "2026-04-20"\n`
  writeFileSync(config, worker + databases.join('') + lines)
}

const [id, secondId] = ['11111111-2222-3333-4444-555555555555', '66666666-7777-8888-9999-000000000000']
const notThere = { status: 404, code: 7404, message: 'It is not there.' }
const listSecrets = 'GET /workers/scripts/casework-gateway/secrets'

/** Deploys to a stand-in for Cloudflare's API; what does not concern it is not there. */
async function deploy(answerTo: (what: string) => Answer | undefined) {
  const nameOf = ({ method, path }: Asked) => `${method} ${path}`
  const { asked, env, close } = await cloudflare((one) => answerTo(nameOf(one)) ?? notThere)
  const args = ['--import', 'tsx', 'scripts/operator/deploy.ts', '--config', config]
  const ended = await run(process.execPath, args, env)
  close()
  return { ...ended, asked: asked.map(nameOf) }
}

/** The Worker's secrets, or how they cannot be listed. */
const withSecrets = (secrets: string[] | Answer) => (what: string) => {
  if (what !== listSecrets) return
  return Array.isArray(secrets) ? { result: secrets.map((name) => ({ name, type: 'secret_text' })) } : secrets
}

const noSecret =
  'error: IP_HASH_SECRET is not set: "openssl rand -base64 32 | npx wrangler secret put IP_HASH_SECRET" sets it\n'

it.each([
  ['has other secrets', ['UPSTREAM_SECRET'], noSecret],
  ['has never been deployed', { status: 404, code: 10007, message: 'No such Worker.' }, noSecret],
  [
    'may not be looked at',
    { status: 403, code: 10000, message: 'Authentication error' },
    /^error: Could not list the secrets: A request to the Cloudflare API .* failed\.\n$/,
  ],
])('Nothing is touched where the Worker %s', async (_, secrets, said) => {
  configure(id)
  const { code, stderr, asked } = await deploy(withSecrets(secrets))
  expect({ code, asked: [...new Set(asked)].slice(0, 1) }).toEqual({ code: 1, asked: [listSecrets] })
  expect(asked.filter((one) => /d1|^PUT|^POST/.test(one))).toEqual([])
  if (typeof said === 'string') expect(stderr).toBe(said)
  else expect(stderr).toMatch(said)
})

it('A Worker with its secret is sent once the databases of all cells are migrated', async () => {
  configure(id, secondId)
  const { code, stderr, asked } = await deploy((what) =>
    what.startsWith('POST /d1/database/') ? rowsFound([]) : withSecrets(['IP_HASH_SECRET'])(what),
  )
  const firstOf = (pattern: RegExp) => asked.findIndex((one) => pattern.test(one))
  expect(code).toBe(1)
  expect(asked[0]).toBe(listSecrets)
  const order = [
    `/d1/database/${id}`,
    `/d1/database/${secondId}`,
    '/workers/(services|scripts)/casework-gateway(/|$)(?!secrets)',
  ]
  const places = order.map((path) => firstOf(new RegExp(path)))
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(stderr).toMatch(/^Migrating DB …\nMigrating DB_1 …\nDeploying the Worker …\n/)
  expect(stderr).toMatch(/\nerror: Deployment failed \(see above\)\. Migrations have already been applied\.\n$/)
})

it('A Worker whose database cannot be migrated is not sent', async () => {
  configure(id)
  const { code, stderr, asked } = await deploy(withSecrets(['IP_HASH_SECRET']))
  expect(code).toBe(1)
  expect(asked.filter((one) => /^PUT|\/assets/.test(one))).toEqual([])
  expect(stderr).toMatch(/^Migrating DB …\nerror: DB could not be migrated: /)
})

it('A Worker whose database was never made is not deployed', async () => {
  configure('00000000-0000-0000-0000-000000000000')
  expect(await deploy(withSecrets(['IP_HASH_SECRET']))).toEqual({
    code: 1,
    stdout: '',
    stderr: `error: A database in ${config} still has a placeholder database_id: "npx wrangler d1 create casework" creates a database and prints its id\n`,
    asked: [],
  })
})

it.each([
  ['a variable', '[vars]\nWEBHOOK_ALLOW_LOOPBACK = "true"\n', ['IP_HASH_SECRET']],
  ['a secret', '', ['IP_HASH_SECRET', 'WEBHOOK_ALLOW_LOOPBACK']],
])('A Worker that may send webhooks to its own machine is not deployed: %s', async (_, lines, secrets) => {
  configureWith(lines, [id])
  const { code, stderr, asked } = await deploy(withSecrets(secrets))
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'error: WEBHOOK_ALLOW_LOOPBACK is for development and tests only: remove it, then deploy\n',
  })
  expect(asked.filter((one) => /d1|^PUT|^POST/.test(one))).toEqual([])
})
