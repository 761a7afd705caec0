import { spawnSync } from 'node:child_process'

/** A process with its parent, its group and its command line. */
export interface Process {
  pid: number
  parent: number
  group: number
  command: string
}

/** Every process of this machine; none on Windows, which has no `ps`. */
export function processes(): Process[] {
  if (process.platform === 'win32') return []
  const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,pgid=,args='], {
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  })
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [, pid, parent, group, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return pid ? [{ pid: Number(pid), parent: Number(parent), group: Number(group), command }] : []
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
