import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { endGroup, startWrangler } from '../../../scripts/operator/wrangler'
import { freePort } from '../command'
import { withDemo } from '../gateway'

/** The Worker with the demo tenant and a window of its own. */
export async function startReal(limit: number, windowSeconds: number) {
  const { place, key, remove } = await withDemo()
  const port = await freePort()
  const vars = [
    '--var',
    `KEY_LIMIT:${limit}`,
    '--var',
    `KEY_WINDOW_SECONDS:${windowSeconds}`,
    '--var',
    'IP_HASH_SECRET:a secret for tests only',
  ]
  const args = ['dev', '--config', place.config, '--port', String(port), '--inspector-port', '0']
  const child = startWrangler([...args, '--persist-to', place.state, '--show-interactive-dev-session=false', ...vars], {
    ownGroup: true,
  })
  const ended = once(child, 'close')
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const baseUrl = `http://127.0.0.1:${port}`

  async function stop(): Promise<void> {
    child.kill('SIGTERM')
    await Promise.race([ended, sleep(3000)])
    endGroup(child, 'SIGKILL')
    remove()
  }

  for (const until = Date.now() + 60_000; ; await sleep(100)) {
    const answer = await fetch(`${baseUrl}/healthz`).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) break
    if (Date.now() < until && child.exitCode === null) continue
    await stop()
    throw new Error(`wrangler did not start the Worker:\n${said}`)
  }
  return { baseUrl, key, stop, said: () => said }
}
