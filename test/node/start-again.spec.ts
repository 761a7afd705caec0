import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { ensureDemo } from '../../scripts/dev/demo/demo'
import { placeOf } from '../../scripts/operator/cells'
import { cellOfKey } from '../../src/gate/key-format'
import { descendants, isAlive, type Running, rowsOf, run } from './command'
import { isUp, startPlace } from './start-place'

const { folder, state, keyFile, port, address, npmStart, answer } = await startPlace()

/** Sends one request and says how it went. */
async function statusOf(path: string, key: string): Promise<number> {
  const response = await fetch(`${address}${path}`, { headers: { 'X-API-Key': key } })
  await response.text()
  return response.status
}

let server: Running
let demoKey: string

beforeAll(async () => {
  server = npmStart()
  await server.says(isUp)
  demoKey = readFileSync(keyFile, 'utf8').trim()
})

it('a body that only says that it is compressed is refused, and the next request is answered', async () => {
  const { key } = await answer('keys', 'create', '--tenant', 'demo', '--role', 'admin', '--scopes', 'all')
  const headers = { 'X-API-Key': String(key), 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
  const refused = await fetch(`${address}/api/cases`, { method: 'POST', headers, body: '{}' })
  const message = 'Must be omitted or identity: send the body uncompressed'
  expect([refused.status, await refused.json()]).toEqual([
    400,
    { error: 'Invalid request', details: { fields: { 'Content-Encoding': { code: 'format', message } } } },
  ])
  const next = await fetch(`${address}/healthz`)
  expect([next.status, await next.text()]).toEqual([200, '{"status":"ok"}'])
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

it('a second npm start on the same port ends with one clear line', async () => {
  const second = npmStart(join(folder, 'other/state'))
  expect(await second.ended).toBe(1)
  expect(second.stderr()).toContain(
    `error: Port ${port} is already in use: stop the other process, or choose another with PORT=8788 npm start\n`,
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
  expect({ cases, counted }).toEqual({ cases: 12, counted: 12 })
  const family = await descendants(again.pid)
  process.kill(-again.pid, 'SIGINT')
  await again.ended
  await expect.poll(() => family.filter(isAlive), { timeout: 10_000 }).toEqual([])
})

it('it ends when npm is killed, which can tell nobody', async () => {
  const orphan = npmStart()
  await orphan.says(isUp)
  const family = await descendants(orphan.pid)
  process.kill(orphan.pid, 'SIGKILL')
  await expect.poll(() => family.filter(isAlive), { timeout: 15_000 }).toEqual([])
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
