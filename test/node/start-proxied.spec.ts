import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../../scripts/root'
import { freePort } from './command'
import { withDemo } from './gateway'

let demo: Awaited<ReturnType<typeof withDemo>>
let running: ReturnType<typeof spawn>
let port: number
let originPort: number
const address = () => `http://127.0.0.1:${port}`

beforeAll(async () => {
  demo = await withDemo()
  port = await freePort()
  originPort = await freePort()
  running = spawn(process.execPath, ['--import', 'tsx', join(root, 'scripts/dev/start-proxied.ts')], {
    cwd: root,
    env: { ...process.env, PORT: String(port), ORIGIN_PORT: String(originPort), CASEWORK_STATE: demo.place.state },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    running.stdout?.on('data', (text) => String(text).includes('Requests from here on') && resolve())
    running.on('close', () => reject(new Error('It ended before it was ready')))
  })
})

afterAll(async () => {
  const ended = once(running, 'close')
  running.kill('SIGTERM')
  await Promise.race([ended, sleep(8000)])
  running.kill('SIGKILL')
  demo.remove()
})

const ask = async (path: string, init: RequestInit = {}) => {
  const headers = { 'X-API-Key': demo.key, 'Content-Type': 'application/json' }
  const answer = await fetch(`${address()}${path}`, { ...init, headers })
  return [answer.status, await answer.json()]
}

const streetLight = {
  id: '1',
  reference: 'CW-2026-0001',
  status: 'open',
  residentName: 'Ada Example',
  summary: 'Street light out',
}

it('cases come from the example origin, and everything else from D1', async () => {
  expect(await ask('/api/cases/1')).toEqual([200, streetLight])
  expect(await ask('/api/cases/9')).toEqual([404, { error: 'There is no such case here' }])
  expect(await ask('/api/cases')).toMatchObject([200, { pagination: { total: 3 } }])
  expect(await ask('/api/me')).toMatchObject([200, { tenant: { slug: 'demo' } }])
})

it('a case can be made there', async () => {
  const body = JSON.stringify({ residentName: 'Dai Example', summary: 'Graffiti' })
  expect(await ask('/api/cases', { method: 'POST', body })).toEqual([
    201,
    { id: '4', reference: 'CW-2026-0004', status: 'open', residentName: 'Dai Example', summary: 'Graffiti' },
  ])
  expect(await ask('/api/cases', { method: 'POST', body: '{' })).toEqual([400, { error: 'The body is not valid JSON' }])
})

it('the example origin answers nobody but the gateway', async () => {
  const of = (secret: string) => createHmac('sha256', secret).update('GET\n/api/cases\n').digest('hex')
  for (const signature of ['', 'x', of(''), of('a secret of somebody else')]) {
    const headers = { 'X-Casework-Timestamp': new Date().toISOString(), 'X-Casework-Signature': signature }
    const answer = await fetch(`http://127.0.0.1:${originPort}/api/cases`, { headers })
    expect([answer.status, await answer.json()]).toEqual([401, { error: 'Only the gateway may ask' }])
  }
})
