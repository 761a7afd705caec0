import { setTimeout as sleep } from 'node:timers/promises'
import type { ExactnessResult, ExactnessRow } from '../report/results'
import { mostInAnyWindow } from '../report/statistics'
import { type Answer, ask } from '../run/ask'
import { type Contestant, gateway, type Limit, peers, startedOf } from '../run/contestants'
import type { Context } from '../run/context'
import { makeKeys } from '../run/gateway'
import { type Instance, startInstance } from '../run/instance'

const contestants = [gateway, ...peers]
const atOnce = { limit: 100, sent: 150 }
const large: Limit = { requests: atOnce.limit, windowMs: 60_000 }
const seam = { limit: 20, windowMs: 3_000, burst: 30 }
const small: Limit = { requests: seam.limit, windowMs: seam.windowMs }
const steady = { share: 0.6, windows: 4 }

/** How many steps `measureExactness` takes. */
export const exactnessSteps = contestants.length * 2 + 1

/** How exactly each limiter keeps its limit: how many it admits too many, and how many it refuses wrongly. */
export async function measureExactness(context: Context): Promise<ExactnessResult> {
  const started: { one: Contestant; instance: Instance }[] = []
  for (const one of contestants) started.push({ one, instance: await start(context, one) })
  // A few requests per second: they disturb nothing, and what the bursts delay is still below the limit.
  const steadily = Promise.all(started.map(({ one, instance }) => refusedAtSteadyLoad(one, instance)))
  // Awaited below; until then a failure must not end the process.
  steadily.catch(() => undefined)
  const rows: ExactnessRow[] = []
  for (const { one, instance } of started) {
    context.step(`${one.title}: at once`)
    const onOne = await mostAtOnce(context, one, instance, ['a'])
    const onTwo = await mostAtOnce(context, one, instance, ['a', 'b'])
    context.step(`${one.title}: at the seam`)
    rows.push({ title: one.title, onOne, onTwo, atSeam: await mostAtSeam(context, one, instance), wronglyRefused: 0 })
  }
  context.step('steady load')
  const refused = await steadily
  await Promise.all(started.map(({ instance }) => instance.stop()))
  const sent = steady.windows * seam.limit * steady.share
  return {
    ...{ seam, atOnce, steady: { sent, share: steady.share } },
    rows: rows.map((row, i) => ({ ...row, wronglyRefused: refused[i] ?? Number.NaN })),
  }
}

/** Three Workers on one database, and so three isolates: two with the large limit, one with the small. */
async function start(context: Context, one: Contestant): Promise<Instance> {
  const script = await context.script(one)
  const workers = [
    startedOf(one, script, one.vars(large, false), 'a'),
    startedOf(one, script, one.vars(large, false), 'b'),
    startedOf(one, script, one.vars(small, false), 'short'),
  ]
  const instance = await startInstance(await context.folder(), workers)
  await one.prepare(await instance.database('DB'), await instance.url('a'))
  return instance
}

async function newKey(one: Contestant, instance: Instance, limit: Limit): Promise<string> {
  const d1 = await instance.database('DB')
  const [key = ''] =
    one === gateway
      ? await makeKeys(d1, { count: 1, limit: limit.requests, windowSeconds: limit.windowMs / 1000 })
      : await one.keys(d1, 1, limit)
  return key
}

async function limited(url: string, key: string): Promise<Answer> {
  const answer = await ask(url, key)
  if (answer.status !== 200 && answer.status !== 429)
    throw new Error(`${url} answered ${answer.status}: ${answer.body}`)
  return answer
}

const burst = (urls: string[], key: string, size: number) =>
  Promise.all(Array.from({ length: size }, (_, i) => limited(urls[i % urls.length] ?? '', key)))

const admittedOf = (answers: Answer[]) => answers.filter(({ status }) => status === 200)

async function mostAtOnce(context: Context, one: Contestant, instance: Instance, names: string[]): Promise<number> {
  const urls = await Promise.all(names.map(async (name) => (await instance.url(name)) + one.path))
  let most = 0
  for (let turn = 0; turn < (context.isQuick ? 1 : 3); turn++) {
    const key = await newKey(one, instance, large)
    most = Math.max(most, admittedOf(await burst(urls, key, atOnce.sent)).length)
  }
  return most
}

/** Bursts just before and just after a window that began with the first request would end, twice over. */
async function mostAtSeam(context: Context, one: Contestant, instance: Instance): Promise<number> {
  const url = (await instance.url('short')) + one.path
  let most = 0
  for (let turn = 0; turn < (context.isQuick ? 1 : 2); turn++) {
    const key = await newKey(one, instance, small)
    const beganAt = performance.now()
    const answers = [await limited(url, key)]
    for (const at of [seam.windowMs - 200, seam.windowMs + 50, 2 * seam.windowMs - 150, 2 * seam.windowMs + 100]) {
      await sleep(Math.max(0, beganAt + at - performance.now()))
      answers.push(...(await burst([url], key, seam.burst)))
    }
    most = Math.max(most, mostInAnyWindow(admittedOf(answers), seam.windowMs))
  }
  return most
}

async function refusedAtSteadyLoad(one: Contestant, instance: Instance): Promise<number> {
  const url = (await instance.url('short')) + one.path
  const key = await newKey(one, instance, small)
  const apart = seam.windowMs / (seam.limit * steady.share)
  const beganAt = performance.now()
  const answers: Promise<Answer>[] = []
  for (let n = 0; n < steady.windows * seam.limit * steady.share; n++) {
    await sleep(Math.max(0, beganAt + n * apart - performance.now()))
    answers.push(limited(url, key))
  }
  return (await Promise.all(answers)).filter(({ status }) => status === 429).length
}
