import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { makeApp } from '../../src/app'
import { usualD1DeadlineMs } from '../../src/settings'
import { type D1Error, d1Errors } from './d1-errors'
import { d1Of } from './tenants'

/** What happens to one call of D1: it fails or hangs, before or after it has done its work. */
export interface Fault {
  name: string
  isDone: boolean
  /** Undefined where D1 does not answer at all. */
  error: D1Error | undefined
}

const when = (isDone: boolean) => (isDone ? 'after it has committed' : 'before it has begun')

/** Every fault, of which those that come before the work leave an arrangement as it was. */
export const faults: readonly Fault[] = [false, true].flatMap((isDone) => [
  { name: `D1 hangs ${when(isDone)}`, isDone, error: undefined },
  ...d1Errors.map((error) => ({ name: `${error.text} ${when(isDone)}`, isDone, error })),
])

/** What no answer and no line may repeat of an error: SQL and a resident's details, as drivers put them into causes. */
export const canaries = ['select resident_email from cases where', 'canary.resident@example.com', 'CANARYPARAMETER']

const thrown = ({ text }: D1Error) =>
  new Error(text, {
    cause: new Error(`${text}\n${canaries[0]} id = 'CANARYPARAMETER'\n    at canary.resident@example.com`),
  })

/** A request's calls of D1, in all cells, and the one of them that meets with a fault. */
export interface Calls {
  count: number
  /** Those that D1 has done, by the time that `after` was through with them. */
  done?: number
  failing?: { call: number; fault: Fault }
  /** How long a call that hangs is waited for at most; by default as long as requests wait. */
  deadlineMs?: number
  /** Hears of every call that D1 has done. */
  after?: () => Promise<void>
}

/** D1 as it is bound, but that one call meets with a fault. Anything but a batch is a mistake: only batches have deadlines. */
export function d1Failing(calls: Calls, cell = 0): D1Database {
  const run = async (statements: D1PreparedStatement[]) => {
    const results = await d1Of(cell).batch<never>(statements)
    await calls.after?.()
    calls.done = (calls.done ?? 0) + 1
    return results
  }
  const batch = async (statements: D1PreparedStatement[]) => {
    calls.count += 1
    const { failing } = calls
    if (!failing || failing.call !== calls.count) return run(statements)
    if (failing.fault.isDone) await run(statements)
    if (failing.fault.error) throw thrown(failing.fault.error)
    return hang(calls.deadlineMs)
  }
  const own = (d1: D1Database, name: string | symbol) => {
    if (name === 'batch') return batch
    if (name === 'prepare') return d1.prepare.bind(d1)
    throw new Error(`D1 was asked for ${String(name)}`)
  }
  return new Proxy(d1Of(cell), { get: own })
}

/** Never answers, and lets the time of one deadline pass at once. */
function hang(deadlineMs = usualD1DeadlineMs): Promise<never> {
  // Once the deadline has been set, which is after the call.
  void Promise.resolve().then(() => vi.advanceTimersByTimeAsync(deadlineMs))
  return new Promise(() => undefined)
}

/** A Worker whose lines can be read, with D1 as a fault has it. */
export function failingWorker() {
  const lines: string[] = []
  const say = (...said: unknown[]) => void lines.push(said.map(String).join(' '))
  // The app keeps the function that it was made with; specs of one isolate share the spy.
  const listen = () => {
    vi.spyOn(console, 'log').mockImplementation(say)
    vi.spyOn(console, 'error').mockImplementation(say)
  }
  listen()
  const app = makeApp()

  /** Sends a request, and waits for what goes on after its answer. */
  async function send(request: Request, calls: Calls) {
    listen()
    lines.length = 0
    const isHanging = calls.failing !== undefined && calls.failing.fault.error === undefined
    if (isHanging) vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const context = createExecutionContext()
    const bindings = { ...env, PUBLIC_LIMIT: '1000', DB: d1Failing(calls), DB_1: d1Failing(calls, 1) }
    try {
      const response = await app.fetch(request, bindings, context)
      // What goes on after the answer has begun, and cannot be done yet.
      const callsByAnswer = calls.done ?? 0
      await waitOnExecutionContext(context)
      return { response, callsByAnswer, lines: [...lines] }
    } finally {
      vi.useRealTimers()
    }
  }

  return { send }
}

/** The number of errors by their source, for a suite's last line. */
export const sources = () => Object.entries(Object.groupBy(d1Errors, ({ source }) => source))
