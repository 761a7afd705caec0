import { join } from 'node:path'
import { afterAll } from 'vitest'
import { freePort, isAlive, operatorsOn, type Running, start, temporaryFolder } from './command'

/** What `npm start` writes before the Worker's log. */
export const isUp = 'Requests from here on:\n'

/** A folder and a port for `npm start`, and what to call there. Everything that was started ends with the test file. */
export async function startPlace() {
  const { folder, remove } = temporaryFolder()
  const state = join(folder, 'state')
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
  function npmStart(databases = state): Running {
    const running = start('npm', ['start', '--ignore-scripts'], { CASEWORK_STATE: databases, PORT: String(port) })
    started.add(running)
    return running
  }

  return {
    folder,
    state,
    keyFile: join(folder, 'demo-key'),
    port,
    address,
    npmStart,
    answer: operatorsOn(state).answer,
  }
}
