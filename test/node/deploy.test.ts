import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { freePort, root, run, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)

const config = join(folder, 'wrangler.toml')

/** What is deployed, with a database of this id. */
function configure(databaseId: string): void {
  writeFileSync(
    config,
    `name = "casework-gateway"
main = "${root}src/index.ts"
compatibility_date = "2026-04-20"
[[d1_databases]]
binding = "DB"
database_name = "casework"
database_id = "${databaseId}"
migrations_dir = "${root}migrations"
`,
  )
}

const ownId = '11111111-2222-3333-4444-555555555555'

/** Deploys to a stand-in for Cloudflare's API that knows the Worker's secrets and refuses everything else. */
async function deploy(secrets: string[] | undefined) {
  const asked: string[] = []
  const api = createServer((request, response) => {
    asked.push(`${request.method} ${request.url?.split('?')[0]?.replace('/client/v4/accounts/account', '')}`)
    const isKnown = request.url?.includes('/secrets') && secrets !== undefined
    response.statusCode = isKnown ? 200 : 404
    response.setHeader('Content-Type', 'application/json')
    const result = isKnown ? secrets.map((name) => ({ name, type: 'secret_text' })) : null
    const errors = isKnown
      ? []
      : [{ code: request.url?.includes('/secrets') ? 10007 : 7404, message: 'It is not there.' }]
    response.end(JSON.stringify({ success: isKnown ?? false, errors, messages: [], result }))
  })
  const port = await freePort()
  await new Promise<void>((resolve) => api.listen(port, '127.0.0.1', resolve))
  try {
    const ended = await run(process.execPath, ['--import', 'tsx', 'scripts/deploy.ts', '--config', config], {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}/client/v4`,
      CLOUDFLARE_API_TOKEN: 'token-of-a-test',
      CLOUDFLARE_ACCOUNT_ID: 'account',
    })
    return { ...ended, asked }
  } finally {
    api.close()
  }
}

const noSecret =
  'error: IP_HASH_SECRET is not set: "openssl rand -base64 32 | npx wrangler secret put IP_HASH_SECRET" gives addresses something to be hashed with\n'

const listSecrets = 'GET /workers/scripts/casework-gateway/secrets'

it.each([
  ['has other secrets', ['UPSTREAM_SECRET']],
  ['has never been deployed', undefined],
])('A Worker without IP_HASH_SECRET is not deployed, one that %s: nothing is touched', async (_, secrets) => {
  configure(ownId)
  expect(await deploy(secrets)).toEqual({ code: 1, stdout: '', stderr: noSecret, asked: [listSecrets] })
})

it('A Worker with it has its database migrated before anything is sent', async () => {
  configure(ownId)
  const { code, stderr, asked } = await deploy(['IP_HASH_SECRET'])
  expect(code).toBe(1)
  expect(asked[0]).toBe(listSecrets)
  expect(asked[1]).toMatch(new RegExp(`^(GET|POST) /d1/database/${ownId}`))
  expect(asked.filter((one) => one.startsWith('PUT'))).toEqual([])
  expect(stderr).toMatch(/^Migrating DB …\nerror: DB could not be migrated: /)
})

it('A Worker whose database was never made is not deployed', async () => {
  configure('00000000-0000-0000-0000-000000000000')
  expect(await deploy(['IP_HASH_SECRET'])).toEqual({
    code: 1,
    stdout: '',
    stderr: `error: A database in ${config} still has no database_id of yours: "npx wrangler d1 create casework" makes one and prints its id\n`,
    asked: [],
  })
})
