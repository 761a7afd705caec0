import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cellOfKey } from '../../src/gate/key-format'
import { descendants, isAlive, type Running, root, rowsOf, run } from './command'
import { isUp, startPlace } from './start-place'

const { state, keyFile, address, npmStart, answer } = await startPlace()

/** The lines that a newcomer may paste. */
const curls = (said: string) => said.split('\n').flatMap((line) => /^ +(curl .+)$/.exec(line)?.[1] ?? [])

let server: Running
let demoKey: string

it('npm start serves a demo tenant and says how to use it', async () => {
  server = npmStart()
  await server.says(isUp)
  demoKey = readFileSync(keyFile, 'utf8').trim()
  expect(cellOfKey(demoKey)).toBe(0)
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  expect(server.stdout()).toContain(`Address    ${address}\n`)
  expect(server.stdout()).toContain(`Reference  ${address}/docs\n`)
  expect(server.stdout()).toContain(`Form       ${address}/contact/demo\n`)
  expect(server.stdout()).toContain(`Demo key   ${demoKey}\n`)
  expect(server.stdout() + server.stderr()).not.toMatch(/wrangler|warn(?!.*nodedir)/i)
})

it('the three curl lines work as they are printed', async () => {
  const [list = '', create = '', limit = '', ...others] = curls(server.stdout())
  expect(others).toEqual([])
  const listed = JSON.parse((await run('bash', ['-c', list])).stdout)
  // The twelfth is archived.
  expect(listed.pagination).toMatchObject({ page: 1, pageSize: 20, total: 11, totalPages: 1 })
  const created = JSON.parse((await run('bash', ['-c', create])).stdout)
  expect(created).toMatchObject({ residentName: 'Ada Example', status: 'open', sourceChannel: 'api' })
  const counted = (await run('bash', ['-c', limit])).stdout.trim().split(/\s+/)
  expect(counted).toEqual(['98', '200', '7', '429'])
})

it('shows the Worker’s log, one JSON line a request, and nothing else', async () => {
  const lines = () => server.stdout().split(isUp)[1]?.trim().split('\n') ?? []
  await expect.poll(() => lines().length, { timeout: 10_000 }).toBe(107)
  expect(
    lines()
      .map((line) => JSON.parse(line).route)
      .slice(0, 3),
  ).toEqual(['/api/cases', '/api/cases', '/api/me'])
  expect(server.stdout().split(isUp)[1]).not.toContain('sk_cw')
})

it('the bundled Worker serves the committed document under its own address, and the reference’s script', async () => {
  const document = await fetch(`${address}/openapi.json`)
  expect(document.headers.get('Content-Type')).toBe('application/json')
  expect(await document.json()).toEqual({
    ...JSON.parse(readFileSync(join(root, 'assets/openapi.json'), 'utf8')),
    servers: [{ url: address }],
  })
  const script = await fetch(`${address}/docs/reference.js`)
  expect(await script.text()).toBe(readFileSync(join(root, 'assets/reference.js'), 'utf8'))
})

it('the bundled Worker holds bodies against their schemas', async () => {
  const response = await fetch(`${address}/api/public/demo/contact`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'Ada Example', email: 'ada@example.com', message: 7, colour: 'red' }),
  })
  expect({ status: response.status, body: await response.json() }).toEqual({
    status: 400,
    body: {
      error: 'Invalid request',
      details: {
        fields: {
          message: { code: 'type', message: 'Must be text' },
          colour: { code: 'unknown', message: 'Unknown field' },
        },
      },
    },
  })
})

it('every keyed route answers a real key', async () => {
  const { key } = await answer('keys', 'create', '--tenant', 'demo', '--role', 'admin', '--scopes', 'all')
  const { stdout } = await run('npm', ['run', '--silent', 'walk', '--', address, key])
  expect(stdout).toMatch(/Walked all \d+ routes\.\n$/)
  const wrong = await fetch(`${address}/api/cases`, { method: 'DELETE', headers: { 'X-API-Key': key } })
  expect([wrong.status, wrong.headers.get('Allow')]).toEqual([405, 'GET, POST, HEAD'])
  const form = await (await fetch(`${address}/contact/demo`)).text()
  expect(form).toContain('Roads and pavements')
  expect(form).not.toContain('walk-')
  const [left] = await rowsOf(
    state,
    `select (select count(*) from wards where enabled and name like 'walk-%') as wards,
      (select count(*) from users where enabled and email like 'walk-%') as users,
      (select count(*) from keys where name = 'Walk' and revoked_at is null) as keys,
      (select count(*) from cases where not archived and (external_id like 'walk-%' or description like '%(walk-%')) as cases`,
  )
  expect(left).toEqual({ wards: 0, users: 0, keys: 0, cases: 0 })
})

it('a postcode of the demo leads to its ward and councillor', async () => {
  const response = await fetch(`${address}/api/public/demo/wards?postcode=TR99+1AB`)
  expect(await response.json()).toEqual({
    postcode: 'TR991AB',
    wards: [{ id: expect.any(String), name: 'Harbour', councillors: [{ name: 'Cllr Owen Pascoe' }] }],
  })
  expect(await answer('postcodes', 'list')).toEqual([
    { name: 'Made-up sample', loadedAt: expect.any(String), active: true, postcodes: 46, cell: 0 },
  ])
})

it('SIGTERM ends it with everything it has started', async () => {
  const family = await descendants(server.pid)
  expect(family.length).toBeGreaterThan(3)
  process.kill(server.pid, 'SIGTERM')
  await server.ended
  await expect.poll(() => family.filter(isAlive), { timeout: 10_000 }).toEqual([])
  await expect(fetch(address)).rejects.toThrow()
})
