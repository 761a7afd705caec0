import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { UsageError } from '../operator/fault'

/** The most lines of a fault that are shown: the first ones tell. */
const linesShown = 40

/** Output of a `wrangler dev`. */
export interface Output {
  /** Resolves when wrangler reports an error during its start. */
  hasError(): boolean
  /** The error, once wrangler has reported all of it. */
  fault(): Promise<UsageError>
  /** From here on, shows all but wrangler's chatter. */
  show(): void
  /** From here on, shows nothing of wrangler's own errors: what ends it makes it complain. */
  hush(): void
}

/** Keeps what wrangler says while it starts, in case it fails; shows nothing of it before `show`. */
export function readOutput(child: ChildProcess): Output {
  const kept: string[] = []
  let isShown = false
  let isHushed = false
  const read = (from: Readable | null, show: (line: string) => void) => {
    if (!from) return
    const isChatter = chatter()
    from.setEncoding('utf8')
    createInterface({ input: from }).on('line', (coloured) => {
      const line = stripVTControlCharacters(coloured)
      if (isChatter(line)) return
      if (isShown) show(line)
      else kept.push(line)
    })
  }
  read(child.stdout, (line) => process.stdout.write(`${line}\n`))
  read(child.stderr, (line) => isHushed || process.stderr.write(`${line}\n`))
  return {
    hasError: () => kept.some((line) => isError.test(line)),
    async fault() {
      await sleep(500)
      return new UsageError(explained(kept))
    },
    show: () => {
      isShown = true
    },
    hush: () => {
      isHushed = true
    },
  }
}

const isError = /^\S+ \[ERROR\]/

/** The kept lines from the first error on, each once: a Worker that is asked again says the same again. */
function explained(kept: readonly string[]): string {
  const packages = kept.flatMap((line) => /Could not resolve "((?:@[^"/]+\/)?[^"/.@][^"/]*)/.exec(line)?.[1] ?? [])
  if (packages.length > 0) {
    const names = [...new Set(packages)].sort().join(', ')
    return `These are not in node_modules: ${names}. "npm ci" puts all packages back, and package.json names them`
  }
  const first = kept.findIndex((line) => isError.test(line))
  const lines = [...new Set(kept.slice(Math.max(0, first)))]
  return `wrangler did not start the Worker:\n${lines.slice(0, linesShown).join('\n').trimEnd()}`
}

/** Distinguishes wrangler's request lines and advice from the Worker's log and errors. Advice spans several lines. */
function chatter(): (line: string) => boolean {
  let isAdvice = false
  return function isChatter(line) {
    if (/^\S+ \[(WARNING|ERROR)\]/.test(line))
      isAdvice = line.includes('Scheduled Workers are not automatically triggered')
    else if (/^\S/.test(line)) isAdvice = false
    return isAdvice || /^(\[wrangler:info\]|🪵)/u.test(line) || line.trim() === ''
  }
}
