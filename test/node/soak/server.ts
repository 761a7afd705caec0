import { setTimeout as sleep } from 'node:timers/promises'
import { endNow, processes } from '../../../scripts/dev/processes'
import { type Server, serve } from '../../../scripts/dev/serve'
import type { Place } from '../../../scripts/operator/cells'

/** The Worker under `wrangler dev`, killed now and then and started again on the same databases. */
export interface KilledServer {
  /** Kills one workerd, or, every other time, all that was started; then starts it again. */
  killOnce(): Promise<void>
  stop(): Promise<void>
  /** Kills by what was killed. */
  kills: { workerd: number; everything: number }
}

/** The `workerd` processes of a server. */
const workerdOf = ({ group }: Server) =>
  processes().filter((one) => one.group === group && /\/workerd\S* serve\b/.test(one.command))

/** Starts the Worker. Resolves when it answers. */
export async function startKilled(place: Place, port: number, settings: Record<string, string>): Promise<KilledServer> {
  const kills = { workerd: 0, everything: 0 }
  let server = serve(place, port, settings)
  await server.ready()

  async function killOnce(): Promise<void> {
    const running = workerdOf(server).map(({ pid }) => pid)
    if (running.length === 0) throw new Error('No workerd of this server is running')
    if (kills.workerd === kills.everything) {
      kills.workerd++
      endNow([running[Math.floor(Math.random() * running.length)] ?? 0])
      // Callers meet what is left of it for a moment.
      await sleep(200 + 800 * Math.random())
    } else kills.everything++
    endNow(processes().flatMap(({ pid, group }) => (group === server.group ? [pid] : [])))
    await server.ended
    server = serve(place, port, settings)
    await server.ready()
  }

  return { killOnce, stop: () => server.stop(), kills }
}
