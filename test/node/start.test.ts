import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { ensureDemo } from '../../scripts/dev/demo/demo'
import { placeOf } from '../../scripts/operator/cells'
import { cellOfKey } from '../../src/gate/key-format'
import {
  descendants,
  freePort,
  isAlive,
  operatorsOn,
  type Running,
  rowsOf,
  run,
  start,
  temporaryFolder,
} from './command'

const { folder, remove } = temporaryFolder()
const state = join(folder, 'state')
const keyFile = join(folder, 'demo-key')
const { answer } = operatorsOn(state)
const port = await freePort()
const address = `http://localhost:${port}`
const started = new Set<Running>()

afterAll(async () => {
  for (const { pid, ended } of started) {
    if (isAlive(pid)) process.kill(pid, 'SIGTERM')
    await ended
  }
  remove()
})

/** `npm start`, without the installing before it. */
function npmStart(): Running {
  const running = start('npm', ['start', '--ignore-scripts'], { CASEWORK_STATE: state, PORT: String(port) })
  started.add(running)
  return running
}

const isUp = 'Requests from here on:\n'

/** The lines that a newcomer may paste. */
const curls = (said: string) => said.split('\n').flatMap((line) => /^ +(curl .+)$/.exec(line)?.[1] ?? [])

/** Sends one request and says how it went. */
async function statusOf(path: string, key: string): Promise<number> {
  const response = await fetch(`${address}${path}`, { headers: { 'X-API-Key': key } })
  await response.text()
  return response.status
}

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

it('a body that is too large is refused, and the next request is answered', async () => {
  const large = join(folder, 'large.json')
  writeFileSync(large, JSON.stringify('x'.repeat(300_000)))
  const { key } = await answer('keys', 'create', '--tenant', 'demo', '--role', 'admin', '--scopes', 'all')
  const chunked = ['-s', '-H', 'Transfer-Encoding: chunked', '-H', `X-API-Key: ${key}`, '--data-binary', `@${large}`]
  for (let i = 0; i < 3; i++) {
    const { stdout } = await run('curl', [...chunked, `${address}/api/cases`])
    expect(stdout).toBe('{"error":"The request body is larger than 256 KiB"}')
    const next = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(10_000) })
    await next.body?.cancel()
    expect(next.status).toBe(200)
  }
})

it('every keyed route answers a real key', async () => {
  const { key } = await answer('keys', 'create', '--tenant', 'demo', '--role', 'admin', '--scopes', 'all')
  const { stdout } = await run('npm', ['run', '--silent', 'walk', '--', address, key])
  expect(stdout).toMatch(/Walked all \d+ routes\.\n$/)
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

it('a second npm start on the same port ends with one clear line', async () => {
  const second = npmStart()
  expect(await second.ended).toBe(1)
  expect(second.stderr()).toContain(
    `error: Port ${port} is taken: stop what listens there, or choose another with PORT=8788 npm start\n`,
  )
})

it('operators’ commands work beside it: a key is limited, rotated and revoked at once', async () => {
  const scope = ['--scopes', 'cases:read', '--limit', '5', '--window', '600']
  const first = await answer('keys', 'create', '--tenant', 'demo', '--role', 'manager', ...scope)
  expect([await statusOf('/api/cases', first.key), await statusOf('/api/wards', first.key)]).not.toContain(401)

  const second = await answer('keys', 'rotate', first.id)
  expect([await statusOf('/api/cases', first.key), await statusOf('/api/cases', second.key)]).toEqual([401, 200])
  const [newest] = await answer('keys', 'list', '--tenant', 'demo')
  expect(newest).toMatchObject({ id: second.id, familyId: first.id, limit: 5, windowSeconds: 600 })
  expect(Date.now() - Date.parse(newest.lastUsedAt)).toBeLessThan(60_000)

  // Two requests with the first, one with the second: two are left of the family's five.
  const statuses = []
  for (let i = 0; i < 3; i++) statuses.push(await statusOf('/api/cases', second.key))
  expect(statuses).toEqual([200, 200, 429])
  const revocable = await answer('keys', 'create', '--tenant', 'demo', '--role', 'manager', '--scopes', 'all')
  expect(await statusOf('/api/cases', revocable.key)).toBe(200)
  await answer('keys', 'revoke', revocable.id)
  expect(await statusOf('/api/cases', revocable.key)).toBe(401)
})

it('SIGTERM ends it with everything it has started', async () => {
  const family = await descendants(server.pid)
  expect(family.length).toBeGreaterThan(3)
  process.kill(server.pid, 'SIGTERM')
  await server.ended
  await expect.poll(() => family.filter(isAlive), { timeout: 10_000 }).toEqual([])
  await expect(fetch(address)).rejects.toThrow()
})

it('the next npm start prints the same key and keeps what was made, and Ctrl-C ends it', async () => {
  const again = npmStart()
  await again.says(isUp)
  expect(again.stdout()).toContain(`Demo key   ${demoKey}\n`)
  const [{ cases, counted }] = await rowsOf(
    state,
    `select (select count(*) from cases) as cases, (select sum(n) from case_counts where viewer = '') as counted`,
  )
  // Twelve of the demo's own, one by the curl line, two by the walk.
  expect({ cases, counted }).toEqual({ cases: 15, counted: 15 })
  const family = await descendants(again.pid)
  process.kill(-again.pid, 'SIGINT')
  await again.ended
  await expect.poll(() => family.filter(isAlive), { timeout: 10_000 }).toEqual([])
})

it('a lost key file is replaced and its key ended; a lost database is made again for the same key', async () => {
  const place = placeOf({ persistTo: state })
  rmSync(keyFile)
  const replaced = await ensureDemo(place)
  expect(replaced).not.toBe(demoKey)
  expect(readFileSync(keyFile, 'utf8')).toBe(`${replaced}\n`)
  const live = `select prefix from keys where name = 'Demo key' and revoked_at is null`
  expect(await rowsOf(state, live)).toEqual([{ prefix: replaced.slice(0, 11) }])

  writeFileSync(keyFile, 'damaged')
  rmSync(state, { recursive: true })
  const mended = await ensureDemo(place)
  expect(cellOfKey(mended)).toBe(0)
  rmSync(state, { recursive: true })
  expect(await ensureDemo(place)).toBe(mended)
  expect(await rowsOf(state, live)).toEqual([{ prefix: mended.slice(0, 11) }])
})
