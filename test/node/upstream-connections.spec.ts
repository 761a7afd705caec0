import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Miniflare } from 'miniflare'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runWrangler } from '../../scripts/operator/wrangler'
import { secret, withDemo } from './gateway'
import { misbehavingOrigin } from './misbehaving-origin'

// Without wrangler's own proxy in front, which keeps it to itself when a caller hangs up.
let worker: Miniflare
let origin: Awaited<ReturnType<typeof misbehavingOrigin>>
let demo: Awaited<ReturnType<typeof withDemo>>
let port: number

beforeAll(async () => {
  origin = await misbehavingOrigin()
  demo = await withDemo()
  const outdir = join(demo.folder, 'bundle')
  await runWrangler(['deploy', '--dry-run', '--config', demo.place.config, '--outdir', outdir])
  worker = new Miniflare({
    modules: true,
    modulesRoot: outdir,
    scriptPath: join(outdir, 'index.js'),
    compatibilityDate: '2026-04-20',
    compatibilityFlags: ['enable_request_signal'],
    d1Databases: { DB: '00000000-0000-0000-0000-000000000000' },
    d1Persist: join(demo.place.state, 'v3/d1'),
    bindings: { PROXIED: 'cases', UPSTREAM_ORIGIN: origin.address, UPSTREAM_SECRET: secret },
  })
  port = Number((await worker.ready).port)
})

afterAll(async () => {
  await worker?.dispose()
  origin?.close()
  demo?.remove()
})

it.each([
  ['GET', '/api/cases/slow-headers'],
  ['POST', '/api/cases/slow-headers/notes'],
  ['GET', '/api/cases/slow-body'],
  ['GET', '/api/cases/events'],
])('a caller who hangs up cancels %s %s at the origin', async (method, path) => {
  const asked = origin.arrivals.length
  const caller = connect(port, '127.0.0.1')
  const body = method === 'POST' ? '{}' : ''
  const head = [`${method} ${path} HTTP/1.1`, 'Host: gateway', `X-API-Key: ${demo.key}`]
  caller.write([...head, `Content-Length: ${body.length}`, '', body].join('\r\n'))
  await expect.poll(() => origin.arrivals.length, { timeout: 20_000 }).toBe(asked + 1)
  if (!path.includes('slow-headers')) await once(caller, 'data')
  expect(origin.arrivals[asked]).toMatchObject({ method, isCancelled: false })
  caller.resetAndDestroy()
  // The origin has ten seconds for its answer.
  await expect.poll(() => origin.arrivals[asked]?.isCancelled, { timeout: 3000 }).toBe(true)
})

it('an origin that is not there is 502', async () => {
  origin.close()
  const answer = await fetch(`http://127.0.0.1:${port}/api/cases`, { headers: { 'X-API-Key': demo.key } })
  expect([answer.status, await answer.json()]).toEqual([
    502,
    { error: 'The upstream server returned an invalid response' },
  ])
})
