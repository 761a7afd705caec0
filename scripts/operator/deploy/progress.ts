import { note } from '../command'
import { UsageError } from '../fault'

/** What a run of several steps has done so far, so that a stop halfway leaves nothing unsaid. */
export interface Progress {
  /** Runs the next step. A `UsageError` of it is completed with what was done before. */
  step<T>(doing: string, work: () => Promise<T>): Promise<T>
  /** Says what has just been found or done, and remembers it if it has changed something. */
  says(line: string, done?: string): void
}

/** Begins a run. Ctrl-C ends it with what was done. */
export function beginProgress(): Progress {
  const done: string[] = []
  let number = 0
  let current = 'Nothing has begun'

  const soFar = () =>
    done.length === 0
      ? 'Nothing was changed.'
      : `Done so far: ${done.join('; ')}. Run it again: what is done is left alone.`
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      note(`Stopped at step ${number}: ${current}. It may be done in part.\n${soFar()}`)
      process.exit(signal === 'SIGINT' ? 130 : 143)
    })
  }

  return {
    async step(doing, work) {
      number++
      current = doing
      try {
        return await work()
      } catch (error) {
        if (error instanceof UsageError) throw new UsageError(`${error.message}\n${soFar()}`)
        note(`Step ${number} broke: ${doing}. ${soFar()}`)
        throw error
      }
    },
    says(line, did) {
      note(`${number}. ${line}`)
      if (did !== undefined) done.push(did)
    },
  }
}
