import { expect } from 'vitest'
import { usualD1DeadlineMs } from '../../src/settings'
import { type Calls, canaries, type Fault, type failingWorker, faults } from './faults'
import { changedRows, expectConsistent, type Snapshot, snapshot } from './invariants'
import { admittedInAll } from './window'

/** A request that can be sent again and again, and what must be kept from others. */
export interface Ready {
  tenantId: string
  request(): Request
  /** Texts that no answer and no line may hold. */
  secrets: string[]
}

/** A kind of request, tried with every fault at every call of D1 that it makes. */
export interface Scene {
  what: string
  success: number
  arrange(): Promise<Ready>
  /** Asserts that an answer of this status is as it should be, but for what all scenes have in common. */
  expectAnswer(response: Response, ready: Ready): Promise<void>
  /** Asserts what sending the request again comes to once it has been written. */
  expectAgain?(response: Response): void
  /** False for what nobody counts. */
  isCounted: boolean
}

/** What a suite has tried so far. */
export interface Tally {
  scenes: number
  sites: number
  requests: number
}

type Worker = ReturnType<typeof failingWorker>

/** The rows that a request has changed after each of its calls: the first has none before it. */
interface Course {
  changes: Record<string, [number, number]>[]
  callsByAnswer: number
}

/** Sends a request without a fault, and notes what each of its calls changes. */
async function courseOf(scene: Scene, worker: Worker): Promise<Course> {
  const ready = await scene.arrange()
  const before = await snapshot()
  const changes: Course['changes'] = [{}]
  const after = async () => void changes.push(changedRows(before, await snapshot()))
  const { response, callsByAnswer } = await worker.send(ready.request(), { count: 0, after })
  expect(response.status, scene.what).toBe(scene.success)
  await scene.expectAnswer(response, ready)
  await expectConsistent(scene.what, ready.tenantId)
  return { changes, callsByAnswer }
}

const isEmpty = (changes: object | undefined) => Object.keys(changes ?? {}).length === 0

/** Faults for calls that need an arrangement each: a few by turns, and two of them always. */
const some = (turn: number) =>
  faults.filter(
    ({ error, name }, index) =>
      error === undefined || name.includes('Network connection lost') || index % 5 === turn % 5,
  )

/** Tries a scene with each fault at each of its calls, and counts what was tried. */
export async function tryFaults(scene: Scene, worker: Worker, turn: number, tally: Tally): Promise<void> {
  const course = await courseOf(scene, worker)
  tally.scenes += 1
  const shared = await scene.arrange()
  for (let call = 1; call < course.changes.length; call++) {
    tally.sites += 1
    const isAnswered = call > course.callsByAnswer
    for (const fault of isAnswered ? some(turn) : faults) {
      const expected = course.changes[isAnswered || fault.isDone ? call : call - 1]
      const isWritten = !isEmpty(expected)
      if (isWritten && !isAnswered && !some(turn + call).includes(fault)) continue
      const ready = isWritten ? await scene.arrange() : shared
      await tryFault(scene, worker, ready, { call, fault, isAnswered, expected })
      tally.requests += 1
      if (isWritten) await sendAgain(scene, worker, ready)
    }
  }
  // What failed before it was written can be sent again.
  const before = await snapshot()
  const { response } = await worker.send(shared.request(), { count: 0 })
  expect(response.status, `${scene.what}, again`).toBe(scene.success)
  expect(changedRows(before, await snapshot()), `${scene.what}, again`).toEqual(course.changes.at(-1))
  await expectConsistent(scene.what)
}

interface Trial {
  call: number
  fault: Fault
  isAnswered: boolean
  expected: Record<string, [number, number]> | undefined
}

async function tryFault(scene: Scene, worker: Worker, ready: Ready, trial: Trial): Promise<void> {
  const { call, fault, isAnswered, expected } = trial
  const what = `${scene.what}: at call ${call}, ${fault.name}`
  const before = await snapshot()
  const admitted = await admittedInAll()
  const calls: Calls = { count: 0, failing: { call, fault } }
  const startedAt = performance.now()
  const { response, lines } = await worker.send(ready.request(), calls)
  expect(performance.now() - startedAt, what).toBeLessThan(usualD1DeadlineMs)

  const everything = [JSON.stringify([...response.headers]), await response.clone().text(), ...lines].join('\n')
  // A sealed ticket is random letters, which may say anything.
  const told = everything.replaceAll(/Fe26\.2\*[\w*-]*/g, '')
  for (const secret of [...canaries, ...ready.secrets]) expect(told, what).not.toContain(secret)
  expect(told, what).not.toMatch(/SQLITE|D1_|D1 DB|insert into|case_tallies|job_progress|live_keys/)
  if (isAnswered) expect(response.status, what).toBe(scene.success)
  else await expectRefused(response, fault, calls, call, lines, what)
  await scene.expectAnswer(response, ready)

  const after = await snapshot()
  expect(changedRows(before, after), what).toEqual(expected)
  const isCounted = scene.isCounted && (call > 1 || fault.isDone)
  expect((await admittedInAll()) - admitted, what).toBe(isCounted ? 1 : 0)
  if (!isEmpty(expected)) await expectConsistent(what, ready.tenantId)
}

async function expectRefused(
  response: Response,
  { error }: Fault,
  calls: Calls,
  call: number,
  lines: string[],
  what: string,
): Promise<void> {
  const status = error?.status ?? 503
  expect(response.status, what).toBe(status)
  const retryAfter = Number(response.headers.get('Retry-After'))
  if (status === 500) expect(response.headers.get('Retry-After'), what).toBeNull()
  else if (error?.isDaily) expect(Math.abs(retryAfter - toMidnight()), what).toBeLessThan(60)
  else expect(retryAfter, what).toBe(5)
  expect(calls.count, `${what}: a trip is made once`).toBe(call)
  const causes = lines.map((line) => JSON.parse(line).cause)
  const cause = error === undefined ? 'd1_timeout' : error.isDaily ? 'd1_daily_limit' : 'd1_unavailable'
  expect(causes, what).toEqual(status === 503 ? [cause] : ['unexpected', 'unexpected'])
}

const toMidnight = () => 86_400 - (Math.floor(Date.now() / 1000) % 86_400)

/** Sends what has been written although its caller was told otherwise. */
async function sendAgain(scene: Scene, worker: Worker, ready: Ready): Promise<void> {
  const before: Snapshot = await snapshot()
  const { response } = await worker.send(ready.request(), { count: 0 })
  expect(response.status, `${scene.what}, again`).toBeLessThan(500)
  await scene.expectAnswer(response, ready)
  if (!scene.expectAgain) return
  scene.expectAgain(response)
  expect(changedRows(before, await snapshot()), `${scene.what}, again`).toEqual({})
}
