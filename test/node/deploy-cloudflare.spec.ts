import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { afterAll, expect, it } from 'vitest'
import { cloudflareAccount } from './cloudflare-account'
import { run } from './command'
import { copyOfProject } from './project'

const { folder, remove } = copyOfProject()
const { asked, env, d1, secrets, dispose } = await cloudflareAccount()

const worker = createServer((_, response) => {
  response.end()
})
await new Promise<void>((resolve) => worker.listen(0, '127.0.0.1', resolve))
const bound = worker.address()
const url = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`

afterAll(async () => {
  worker.close()
  await dispose()
  remove()
})

const deploy = () =>
  run(
    process.execPath,
    ['--import', 'tsx', 'scripts/operator/deploy.ts', '--env', 'production', '--yes', '--url', url].concat([
      '--tenant',
      'acme',
      '--tenant-name',
      'Acme',
      '--tenant-plan',
      'pro',
    ]),
    env,
    folder,
  )

it('The real wrangler takes an empty account to a first key that works, and the second time changes nothing', async () => {
  const { code, stdout, stderr } = await deploy()
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) })
  expect(stdout).toMatch(/^sk_cw0_[0-9A-Za-z]{46}\n$/)
  for (const said of [
    '1. Logged in to Example Council. The Worker casework-gateway is new.',
    '2. Created the database casework in eu; its id is in wrangler.account.toml.',
    '3. Made IP_HASH_SECRET, WEBHOOK_KEY, CONSOLE_SECRET.',
    '5. Deployed casework-gateway as production: ',
    'https://casework-gateway.example.workers.dev',
    '6. The tenant "acme" is created. This is its admin\'s key, shown only now:',
    `7. ${url}/readyz answers 200.`,
  ])
    expect(stderr).toContain(said)

  const hash = createHash('sha256').update(stdout.trim()).digest('hex')
  const { results } = await d1
    .prepare(
      'select slug, plan, role, keys.hash from keys join tenants on tenants.id = keys.tenant_id join users on users.id = user_id',
    )
    .all()
  expect(results).toEqual([{ slug: 'acme', plan: 'pro', role: 'admin', hash }])
  expect([...secrets.keys()]).toEqual(['IP_HASH_SECRET', 'WEBHOOK_KEY', 'CONSOLE_SECRET'])

  const kept = [...secrets]
  asked.length = 0
  const again = await deploy()
  expect({ code: again.code, stdout: again.stdout }).toEqual({ code: 0, stdout: '' })
  expect(again.stderr).toContain('\n6. The tenant "acme" was there, and has a key: no other was made.\n')
  expect([...secrets]).toEqual(kept)
  expect(asked.map(({ method, path }) => `${method} ${path}`)).not.toContain('POST /d1/database')
})
