import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { root } from './command'
import { type StoredDatabase, standInProject } from './stand-in/account'

const { folder, given, now, account, operate, begin, record, remove } = standInProject()
const configuration = readFileSync(join(folder, 'wrangler.toml'), 'utf8')

/** The deployed Worker: what /readyz answers. */
let status = 200
const worker = createServer((request, response) => {
  response.writeHead(request.url === '/readyz' ? status : 404).end()
})
await new Promise<void>((resolve) => worker.listen(0, '127.0.0.1', resolve))
const bound = worker.address()
const url = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`

beforeEach(() => {
  status = 200
  writeFileSync(join(folder, 'wrangler.toml'), configuration)
})

afterAll(() => {
  worker.close()
  remove()
})

const migrations = readdirSync(`${root}migrations`).filter((file) => file.endsWith('.sql'))
const latest = migrations.at(-1)
const secrets = { IP_HASH_SECRET: 'a', WEBHOOK_KEY: 'b', CONSOLE_SECRET: 'c' }
const id = '11111111-2222-3333-4444-555555555555'
const database: StoredDatabase = {
  uuid: id,
  name: 'casework',
  jurisdiction: 'eu',
  applied: migrations,
  tables: ['tenants'],
}

const deploy = (...options: string[]) =>
  operate('deploy', '--env', 'production', '--yes', '--url', url, '--wait', '1', ...options)

/** The calls that were made, without where the configuration is. */
const asked = () => account().asked.map((call) => call.replaceAll(` --config ${folder}/wrangler.account.toml`, ''))

const steps = (second: string) => `Deploying casework-gateway to production:
  1. Check the login, and that the name casework-gateway is this Worker's or free
  2. ${second}
  3. Make those of the secrets IP_HASH_SECRET, WEBHOOK_KEY, CONSOLE_SECRET that are missing
  4. Apply the migrations that are missing, to DB
  5. Deploy the Worker casework-gateway as production
  6. Ask ${url}/readyz until it answers 200, for at most 1 s
`
const first = steps(
  'Create the database casework in the jurisdiction eu, unless it is there, and write its id into wrangler.account.toml',
)
const again = steps('Look for the database casework by its id in wrangler.account.toml')

const sent = `Uploaded casework-gateway (1.00 sec)
Deployed casework-gateway triggers (0.50 sec)
`

it('A first deployment creates, migrates and deploys everything, and a second one leaves it alone', async () => {
  given()
  expect(await deploy()).toEqual({
    code: 0,
    stdout: '',
    stderr: `${first}1. Logged in to Example Council. The Worker casework-gateway is new.
2. Created the database casework in eu; its id is in wrangler.account.toml.
3. Made IP_HASH_SECRET, WEBHOOK_KEY, CONSOLE_SECRET.
4. DB lacks ${migrations.join(', ')}. Applying …
4. DB now has every migration, to ${latest}.
${sent}5. Deployed casework-gateway as production: ${url}/.
6. ${url}/readyz answers 200.
`,
  })
  const [made] = account().databases
  expect(record()).toContain(`[env.production]
name = "casework-gateway"
account_id = "acc0"

[env.production.vars]
KEY_LIMIT = "100"
KEY_WINDOW_SECONDS = "60"
PUBLIC_LIMIT = "5"
PUBLIC_WINDOW_SECONDS = "3600"

[[env.production.d1_databases]]
binding = "DB"
database_name = "casework"
migrations_dir = "migrations"
database_id = "${made?.uuid}"
`)

  now({})
  expect(await deploy()).toEqual({
    code: 0,
    stdout: '',
    stderr: `${again}1. Logged in to Example Council. The Worker casework-gateway is there.
2. The database casework is there.
3. All secrets are there.
4. DB has every migration.
${sent}5. Deployed casework-gateway as production: ${url}/.
6. ${url}/readyz answers 200.
`,
  })
  expect(asked()).toEqual([
    'whoami --json',
    'secret list --name casework-gateway --format json',
    'd1 list --json',
    'd1 migrations list DB --remote --env production',
    'deploy --env production',
  ])
})

it('Each secret is 32 random bytes of its own, passed on without being printed or an argument', async () => {
  given({ workers: { 'casework-gateway': { IP_HASH_SECRET: 'of before' } }, databases: [database] })
  const { stdout, stderr } = await deploy()
  const { IP_HASH_SECRET, ...made } = account().workers['casework-gateway'] ?? {}
  expect(IP_HASH_SECRET).toBe('of before')
  expect(Object.keys(made)).toEqual(['WEBHOOK_KEY', 'CONSOLE_SECRET'])
  expect(Object.values(made).map((secret) => Buffer.from(secret, 'base64').length)).toEqual([32, 32])
  expect(made.WEBHOOK_KEY).not.toBe(made.CONSOLE_SECRET)
  for (const secret of Object.values(made)) expect(stdout + stderr + account().asked.join()).not.toContain(secret)
})

it('A rehearsal prints the steps and makes no call, without a login', async () => {
  given({ accounts: null })
  const options = ['--dry-run', '--name', 'acme', '--jurisdiction', 'none', '--tenant', 'acme', '--tenant-name', 'Acme']
  expect(await operate('deploy', '--env', 'staging', ...options)).toEqual({
    code: 0,
    stdout: '',
    stderr: `Deploying acme to staging:
  1. Check the login, and that the name acme is this Worker's or free
  2. Create the database acme in no jurisdiction, unless it is there, and write its id into wrangler.account.toml
  3. Make those of the secrets IP_HASH_SECRET, WEBHOOK_KEY, CONSOLE_SECRET that are missing
  4. Apply the migrations that are missing, to DB
  5. Deploy the Worker acme as staging
  6. Create the tenant "acme" and an admin's key, unless they are there
  7. Ask /readyz until it answers 200, for at most 90 s
Nothing was done: this was a rehearsal.
`,
  })
  expect({ asked: asked(), record: record() }).toEqual({ asked: [], record: undefined })
})

it.each([
  ['no stage', [], 'error: Provide --env staging or --env production\n'],
  [
    'no terminal to agree on',
    ['--env', 'production', '--url', url, '--wait', '1'],
    `${first}error: Nothing was done: without a terminal to ask on, give --yes\n`,
  ],
  [
    'an unknown stage',
    ['--env', 'live'],
    "error: option '--env <stage>' argument 'live' is invalid. Allowed choices are staging, production.\n",
  ],
  [
    'a name that Cloudflare does not take',
    ['--env', 'staging', '--name', 'My Gateway'],
    "error: option '--name <name>' argument 'My Gateway' is invalid. It must be made of a-z, 0-9 and hyphens inside, at most 54 characters.\n",
  ],
  ['a name for no tenant', ['--env', 'staging', '--tenant-name', 'Acme'], 'error: --tenant-name needs --tenant\n'],
])('Nothing is asked of Cloudflare with %s', async (_, options, stderr) => {
  given()
  expect(await operate('deploy', ...options)).toEqual({ code: 1, stdout: '', stderr })
  expect(asked()).toEqual([])
})

const login = '1. Logged in to Example Council. The Worker casework-gateway is new.\n'
const other = {
  uuid: id,
  name: 'casework',
  jurisdiction: null,
  applied: [],
  tables: ['d1_migrations', 'orders', 'lines'],
}

it.each([
  [
    'there is no login',
    { accounts: null },
    'error: You are not logged in to Cloudflare: run "npx wrangler login", or set CLOUDFLARE_API_TOKEN\nNothing was changed.\n',
  ],
  [
    'the login has several accounts',
    {
      accounts: [
        { id: 'acc0', name: 'One' },
        { id: 'acc1', name: 'Two' },
      ],
    },
    'error: Which account? Set CLOUDFLARE_ACCOUNT_ID to one of acc0 (One), acc1 (Two)\nNothing was changed.\n',
  ],
  [
    'the name is that of another Worker',
    { workers: { 'casework-gateway': { STRIPE_KEY: 'x' } } },
    'error: The name is taken: the account has a Worker casework-gateway that is not a casework gateway, having no IP_HASH_SECRET. Choose another with --name\nNothing was changed.\n',
  ],
  [
    'the name is that of another database',
    { databases: [other] },
    `${login}error: The name is taken: the account has a database casework with other tables (d1_migrations, orders, lines). Choose another with --name\nNothing was changed.\n`,
  ],
  [
    'a secret lets webhooks go to the own machine',
    { workers: { 'casework-gateway': { ...secrets, WEBHOOK_ALLOW_LOOPBACK: 'true' } } },
    'error: WEBHOOK_ALLOW_LOOPBACK is for development and tests only: remove it, then deploy\nNothing was changed.\n',
  ],
  [
    'the secrets may not be listed',
    {
      fails: {
        'secret list':
          'A request to the Cloudflare API (/accounts/acc0/x) failed.\n\n  Authentication error [code: 10000]\n',
      },
    },
    'error: The secrets of casework-gateway could not be listed: Authentication error [code: 10000]\nNothing was changed.\n',
  ],
  [
    'no database may be created',
    { fails: { 'd1 create': 'You have reached the limit of 10 databases.' } },
    `${login}error: The database casework could not be created: You have reached the limit of 10 databases.\nNothing was changed.\n`,
  ],
])('Nothing is changed where %s', async (_, stored, stderr) => {
  given(stored)
  expect(await deploy()).toEqual({ code: 1, stdout: '', stderr: first + stderr })
  expect({ record: record(), databases: account().databases }).toEqual({
    record: undefined,
    databases: 'databases' in stored ? stored.databases : [],
  })
})

const created = `${login}2. Created the database casework in eu; its id is in wrangler.account.toml.\n`
const made = `${created}3. Made IP_HASH_SECRET, WEBHOOK_KEY, CONSOLE_SECRET.\n`
const lacks = `${made}4. DB lacks ${migrations.join(', ')}. Applying …\n`
const migrated = `${lacks}4. DB now has every migration, to ${latest}.\n`
const so = (...done: string[]) => `Done so far: ${done.join('; ')}. Run it again: what is done is left alone.\n`
const withSecrets = 'secrets made (IP_HASH_SECRET, WEBHOOK_KEY, CONSOLE_SECRET)'
const flags = '--config wrangler.account.toml --env production'

it.each([
  [
    'the secrets cannot be made',
    { fails: { 'secret bulk': 'Too many secrets.' } },
    `${created}error: The secrets could not be made: Too many secrets.\n${so('database casework created')}`,
  ],
  [
    'a migration fails',
    { failsAt: '0002' },
    `${lacks}error: DB: 0002_publications_and_submissions.sql could not be applied: near "grant": syntax error at offset 3: SQLITE_ERROR [code: 7500]. Applied before it: 0000_casework.sql, 0001_search_and_counts.sql.\n${so('database casework created', withSecrets)}`,
  ],
  [
    'the Worker is refused',
    { fails: { deploy: 'Your Worker exceeded the size limit.' } },
    // What wrangler itself says is shown as it comes.
    `${migrated}\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[41;31m]\u001b[0m \u001b[1mYour Worker exceeded the size limit.\u001b[0m\nerror: The Worker could not be deployed: Your Worker exceeded the size limit.\n${so('database casework created', withSecrets, `DB migrated to ${latest}`)}`,
  ],
])('What was done is said where %s, and the next run goes on from there', async (_, fault, stderr) => {
  given(fault)
  expect(await deploy()).toEqual({ code: 1, stdout: '', stderr: first + stderr })

  now({ fails: {}, failsAt: ' ' })
  const { code } = await deploy()
  expect({ code, databases: account().databases.map(({ name, applied }) => ({ name, applied })) }).toEqual({
    code: 0,
    databases: [{ name: 'casework', applied: migrations }],
  })
})

it('A Worker that is not ready in time is said to be deployed all the same', async () => {
  given({ databases: [database], workers: { 'casework-gateway': secrets } })
  status = 503
  expect(await deploy()).toEqual({
    code: 1,
    stdout: '',
    stderr: `${first}1. Logged in to Example Council. The Worker casework-gateway is there.
2. Found the database casework in eu; its id is in wrangler.account.toml.
3. All secrets are there.
4. DB has every migration.
${sent}5. Deployed casework-gateway as production: ${url}/.
error: ${url}/readyz did not answer 200 within 1 s, but 503: "npx wrangler tail ${flags}" shows why, "npx wrangler rollback ${flags}" brings the previous Worker back
${so('database casework found', 'Worker deployed')}`,
  })
})

it('A Worker that becomes ready while it is asked is deployed', async () => {
  given({ databases: [database], workers: { 'casework-gateway': secrets } })
  status = 503
  setTimeout(() => {
    status = 200
  }, 3000)
  expect(await deploy('--wait', '30')).toMatchObject({ code: 0, stdout: '' })
})

it.each([
  ['of workers.dev', 'https://casework-gateway.example.workers.dev', 'https://casework-gateway.example.workers.dev'],
  ['of its own', 'api.example.com (custom domain)', 'https://api.example.com'],
])('The address is the one %s that wrangler names', async (_, target, address) => {
  given({ databases: [database], workers: { 'casework-gateway': secrets }, targets: ['schedule: 17 3 * * *', target] })
  const { stderr } = await operate('deploy', '--env', 'production', '--yes', '--wait', '0')
  expect(stderr).toContain(`5. Deployed casework-gateway as production: ${address}.\nerror: ${address}/readyz did not`)
})

it('Where wrangler names no address, none is guessed', async () => {
  given({ databases: [database], workers: { 'casework-gateway': secrets }, targets: ['example.com/api/*'] })
  const { code, stderr } = await operate('deploy', '--env', 'production', '--yes')
  expect(code).toBe(1)
  expect(stderr).toMatch(/\nerror: wrangler named no address to ask \/readyz at: give it with --url\nDone so far: /)
})

it('A database whose id is written down but which is in another account is not made anew', async () => {
  given({ databases: [database], workers: { 'casework-gateway': secrets } })
  await deploy()
  now({ databases: [] })
  expect(await deploy()).toEqual({
    code: 1,
    stdout: '',
    stderr: `${again}1. Logged in to Example Council. The Worker casework-gateway is there.
error: wrangler.account.toml has the database casework as ${id}, which is not in this account: check the login with "npx wrangler whoami"
Nothing was changed.
`,
  })
})

it('A login for another account than before is refused, and so is another name', async () => {
  given({ databases: [database], workers: { 'casework-gateway': secrets } })
  await deploy()
  now({ accounts: [{ id: 'acc9', name: 'Elsewhere' }] })
  expect((await deploy()).stderr).toBe(
    `${again}error: The login is not for the account acc0, but for acc9 (Elsewhere): run "npx wrangler login" as somebody who may use it\nNothing was changed.\n`,
  )
  expect((await deploy('--name', 'another')).stderr).toBe(
    'error: production is deployed as casework-gateway: to begin another one as another, remove its names and ids from wrangler.account.toml first\n',
  )
})

it('Both stages can be deployed from one folder, with what wrangler.toml says at that time', async () => {
  given({ databases: [database], workers: { 'casework-gateway': secrets } })
  await deploy()
  writeFileSync(join(folder, 'wrangler.toml'), configuration.replaceAll('KEY_LIMIT = "100"', 'KEY_LIMIT = "60"'))
  const { code } = await operate('deploy', '--env', 'staging', '--yes', '--url', url)
  const [, staging] = account().databases
  expect({ code, name: staging?.name, workers: Object.keys(account().workers) }).toEqual({
    code: 0,
    name: 'casework-staging',
    workers: ['casework-gateway', 'casework-gateway-staging'],
  })
  const ids = [...(record() ?? '').matchAll(/database_id = "(.*)"/g)].map((match) => match[1])
  expect(ids).toEqual(['00000000-0000-0000-0000-000000000000', staging?.uuid, id])
  expect(record()?.match(/KEY_LIMIT = "60"/g)).toHaveLength(3)
})

it('A Worker that may send webhooks to its own machine by a variable is not deployed', async () => {
  given()
  writeFileSync(
    join(folder, 'wrangler.toml'),
    configuration.replaceAll('KEY_LIMIT = "100"', 'KEY_LIMIT = "100"\nWEBHOOK_ALLOW_LOOPBACK = "true"'),
  )
  expect(await deploy()).toEqual({
    code: 1,
    stdout: '',
    stderr: 'error: WEBHOOK_ALLOW_LOOPBACK is for development and tests only: remove it, then deploy\n',
  })
  expect(asked()).toEqual([])
})

it('Ctrl-C says what was done, and ends wrangler', async () => {
  given({ hangs: 'deploy' })
  const running = begin('deploy', '--env', 'production', '--yes', '--url', url)
  await expect.poll(() => account().asked.at(-1), { timeout: 30_000 }).toMatch(/^deploy /)
  process.kill(-running.pid, 'SIGINT')
  expect(await running.ended).toBe(130)
  expect(running.stderr()).toMatch(
    /\nStopped at step 5: deploying the Worker\. It may be done in part\.\nDone so far: database casework created; secrets made \(.+\); DB migrated to .+\. Run it again: what is done is left alone\.\n$/,
  )
})

it('The operators’ commands act on a stage as soon as it is deployed, and not before', async () => {
  given({ databases: [{ ...database, name: 'casework-staging' }], workers: { 'casework-gateway-staging': secrets } })
  expect(await operate('tenants', 'list', '--env', 'staging')).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'error: Nothing is known here of staging: "npm run deploy -- --env staging" deploys it, "npm run cells -- find --env staging" looks up what is deployed\n',
  })
  await operate('deploy', '--env', 'staging', '--yes', '--url', url)
  now({})
  const { code, stdout } = await operate('tenants', 'list', '--env', 'staging')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '(none)\n' })
  expect(asked()).toEqual([expect.stringMatching(/^d1 execute DB --json --env staging --remote --command select /)])
  expect((await operate('tenants', 'list', '--remote')).stderr).toMatch(/^error: Nothing is known here of production: /)
})
