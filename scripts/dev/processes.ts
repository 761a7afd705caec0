import { spawnSync } from 'node:child_process'

/** A process with its parent, its group, the time it began, as `ps` writes it, and its command line. */
export interface Process {
  pid: number
  parent: number
  group: number
  startedAt: string
  command: string
}

const row = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+ \S+\s+\d+ [\d:]+ \d+)\s+(.*)$/

/**
 * Every process of this machine; none on Windows, which has no `ps`. Those that have ended, but that nobody has waited for,
 * are left out: in a container without an init they stay for good.
 */
export function processes(): Process[] {
  if (process.platform === 'win32') return []
  const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,pgid=,stat=,lstart=,args='], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 64_000_000,
  })
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [, pid, parent, group, state = '', startedAt = '', command = ''] = row.exec(line) ?? []
    // With threads left it is still ending, and holds its ports.
    const hasEnded = state.startsWith('Z') && !state.includes('l')
    if (!pid || hasEnded) return []
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), startedAt, command }]
  })
}

/** True if a process exists. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Ends processes at once, those that are there. */
export function endNow(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}
