import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../root'
import { endNow, type Process, processes } from './processes'

/** Where a killed start may have left something. */
export interface Remains {
  state: string
  /** The port that is wanted now; undefined for one that serves nothing. */
  port: number | undefined
  /** The process group of the killed one's wrangler, and when its leader began. */
  group: number | undefined
  groupStartedAt: string | undefined
}

/**
 * Ends what a killed start of this project has left running: the group that it noted, and groups that nobody is above any
 * more and that hold its wrangler with this folder or its workerd on this port. One in which anything else runs is left alone.
 */
export async function endRemains(remains: Remains): Promise<void> {
  const known = processes()
  const left = [...new Set(known.map(({ group }) => group))].flatMap((group) => {
    const members = known.filter((one) => one.group === group)
    const isLeft = group === remains.group ? isNoted(members, remains) : isOrphaned(members, known, remains)
    return isLeft && members.every(({ command }) => isOurs(command, remains.state)) ? members.map(({ pid }) => pid) : []
  })
  if (left.length === 0) return
  console.error(`Stopping processes left over from a killed start (${left.join(', ')}) …`)
  endNow(left)
  for (let waits = 0; waits < 30 && processes().some(({ pid }) => left.includes(pid)); waits++) await sleep(100)
}

/** False if the group's number has been given to another group since: its leader would have begun at another time. */
function isNoted(members: readonly Process[], { group, groupStartedAt }: Remains): boolean {
  const leader = members.find(({ pid }) => pid === group)
  return !leader || leader.startedAt === groupStartedAt
}

function isOrphaned(members: readonly Process[], known: readonly Process[], { state, port }: Remains): boolean {
  const isServing = members.some(
    ({ command }) =>
      command.includes(` --test-scheduled --persist-to ${state} --show-interactive-dev-session=false`) ||
      (port !== undefined && command.includes(` serve `) && command.includes(`=entry=localhost:${port} `)),
  )
  if (!isServing) return false
  const inside = new Set(members.map(({ pid }) => pid))
  return members.every(({ parent }) => inside.has(parent) || isInit(known.find(({ pid }) => pid === parent)))
}

/** What takes over processes whose parent has ended. */
const isInit = (process: Process | undefined) => !process || process.pid === 1 || /systemd --user/.test(process.command)

const modules = () => [join(root, 'node_modules'), realpathSync(join(root, 'node_modules'))]

/** Distinguishes this project's wrangler with this folder, and what it starts, from any other process. */
const isOurs = (command: string, state: string): boolean =>
  modules().some((folder) => command.includes(folder)) &&
  (/\/workerd\S* serve\b/.test(command) || /\/esbuild --service/.test(command) || command.includes(state))
