import { once } from 'node:events'
import { connect } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { freePort, run, start } from './command'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const listen = ['--import', 'tsx', 'scripts/dev/listen.ts']

it('webhooks:listen verifies what arrives, prints it and answers', async () => {
  const port = await freePort()
  const listener = start(process.execPath, [...listen, '--port', String(port), '--secret', secret])
  await expect.poll(() => listener.stderr(), { timeout: 30_000 }).toContain(`Listening on http://127.0.0.1:${port}`)
  const body = '{"event":"case_created","sequence":1}'
  const at = new Date()
  const headers = {
    'webhook-id': 'chg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign('chg_1', at, body),
    'X-Casework-Event': 'case_created',
  }
  const post = async (text: string) =>
    (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: text })).status
  expect([await post(body), await post(`${body} `)]).toEqual([204, 400])
  process.kill(listener.pid)
  await listener.ended
  const [first, second] = listener.stdout().split('\n')
  expect(first).toMatch(/^\S+Z case_created verified \{"event":"case_created","sequence":1\}$/)
  expect(second).toMatch(/^\S+Z case_created refused: No signature of this secret/)
})

it('webhooks:listen goes on after a sender that hangs up in the middle of a message', async () => {
  const port = await freePort()
  const listener = start(process.execPath, [...listen, '--port', String(port)])
  await expect.poll(() => listener.stderr(), { timeout: 30_000 }).toContain(`Listening on http://127.0.0.1:${port}`)
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{')
  setTimeout(() => socket.destroy(), 200)
  await expect.poll(() => listener.stdout(), { timeout: 10_000 }).toContain('refused: aborted')
  expect((await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' })).status).toBe(204)
  process.kill(listener.pid)
  await listener.ended
})

it('webhooks:listen refuses what is no secret', async () => {
  const { code, stderr } = await run(process.execPath, [...listen, '--secret', 'nonsense'])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('It must be whsec_ and base64, as shown when the webhook was created.'),
  })
})
