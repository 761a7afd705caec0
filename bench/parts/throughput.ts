import { fillCases } from '../../scripts/dev/demo/fill'
import { mintKey } from '../../src/gate/key-format'
import type { ThroughputResult, ThroughputRow } from '../report/results'
import { median } from '../report/statistics'
import { type Contestant, floors, gateway, type Limit, peers, startedOf } from '../run/contestants'
import type { Context } from '../run/context'
import { makeKeys, tenantId } from '../run/gateway'
import { type Instance, startInstance } from '../run/instance'
import { type Load, type LoadRequest, putUnderLoad, type Throughput } from '../run/load'

const limit: Limit = { requests: 100, windowMs: 60_000 }
const callers = 1000
const connections = 16
/** Requests before anything is measured: enough for V8 to have compiled what it will. */
const warmUp = 3_200

/** One thing that is put under load, in turn with the others. */
interface Measured {
  title: string
  instance: Instance
  requests: LoadRequest[]
  status: number
  /** Fails where a request was answered without D1. */
  mustAskD1?: boolean
}

/** How many steps `measureThroughput` takes. */
export const throughputSteps = (isQuick: boolean): number => measuredCount * (rounds(isQuick) + 1)

const measuredCount = 17
const rounds = (isQuick: boolean) => (isQuick ? 1 : 5)

/** Requests per second and median latency of the floors, the peers and the gateway, in interleaved rounds. */
export async function measureThroughput(context: Context): Promise<ThroughputResult> {
  const all = [...(await theirs(context)), ...(await bareStatements(context)), ...(await ours(context))]
  const [bare, oneRead, ...others] = all
  if (!bare || !oneRead || all.length + 1 !== measuredCount)
    throw new Error('The measured have changed: adapt the benchmark')
  // The floor opens and closes each round: what differs between its two places is noise.
  const order = [oneRead, ...others, bare, { ...oneRead, title: `${oneRead.title}, again` }]
  for (const one of order) await measure(context, one, { amount: warmUp })
  const found: Throughput[][] = order.map(() => [])
  for (let round = 0; round < rounds(context.isQuick); round++) {
    const places = [...order.keys()]
    for (const place of round % 2 === 0 ? places : places.reverse()) {
      const one = order[place]
      if (one) found[place]?.push(await measure(context, one, { seconds: context.isQuick ? 1 : 2 }))
    }
  }
  await Promise.all(all.map(({ instance }) => instance.stop()))
  return resultOf(
    order.map(({ title }) => title),
    found,
  )
}

async function measure(context: Context, one: Measured, length: Pick<Load, 'seconds' | 'amount'>): Promise<Throughput> {
  context.step(one.title)
  let withoutD1 = 0
  one.instance.watch(one.mustAskD1 ? (line) => (withoutD1 += line.includes('"d1Trips":0') ? 1 : 0) : undefined)
  const url = await one.instance.url('a')
  const result = await putUnderLoad({ url, requests: one.requests, status: one.status, ...length, connections })
  if (withoutD1 > 0) throw new Error(`${one.title}: ${withoutD1} requests were answered from memory`)
  return result
}

/** The floors and the peers, each in a workerd of its own. */
async function theirs(context: Context): Promise<Measured[]> {
  const measured: Measured[] = []
  for (const one of [floors.bare, floors.oneRead, ...peers]) {
    const instance = await started(context, one)
    const keys = await one.keys(await instance.database('DB'), callers, limit)
    measured.push({ title: one.title, instance, requests: keys.map((key) => ({ path: one.path, key })), status: 200 })
  }
  return measured
}

async function started(context: Context, one: Contestant): Promise<Instance> {
  const script = await context.script(one)
  const instance = await startInstance(await context.folder(), [startedOf(one, script, one.vars(limit, false))])
  await one.prepare(await instance.database('DB'), await instance.url('a'))
  return instance
}

/** The ids of new cases, one for each caller. */
async function filledCases(d1: D1Database): Promise<string[]> {
  await fillCases(d1, { tenantId, count: callers, lastYear: 2025 })
  const { results } = await d1.prepare('select id from cases').all<{ id: string }>()
  return results.map(({ id }) => id)
}

/** The gateway's statements in a Worker of their own. */
async function bareStatements(context: Context): Promise<Measured[]> {
  const instance = await started(context, floors.statements)
  const d1 = await instance.database('DB')
  const ids = await filledCases(d1)
  const keys = await floors.statements.keys(d1, callers, limit)
  const served = (read: string, path: (i: number) => string): Measured => ({
    title: `${floors.statements.title} for ${read}`,
    instance,
    requests: keys.map((key, i) => ({ path: path(i), key })),
    status: 200,
  })
  return [
    served('GET /api/me', () => '/me'),
    served('one case', (i) => `/cases/${ids[i]}`),
    served('a list of 20', () => '/cases'),
  ]
}

/** The gateway's routes, in one workerd. */
async function ours(context: Context): Promise<Measured[]> {
  const instance = await started(context, gateway)
  const d1 = await instance.database('DB')
  const ids = await filledCases(d1)
  const keys = await makeKeys(d1, { count: callers })
  const full = { limit: 1, windowSeconds: 3600 }
  // More than one round refuses, since the gateway remembers each refusal for ten seconds.
  const refused = await makeKeys(d1, { count: context.isQuick ? 4_800 : 14_400, ...full })
  const [remembered = ''] = await makeKeys(d1, { count: 1, ...full })
  const me = (key: string) => ({ path: '/api/me', key })
  const body = JSON.stringify({ residentName: 'Ada Example', summary: 'Street light out in Sample Street' })
  const url = await instance.url('a')
  for (const spent of [refused, [remembered]])
    await putUnderLoad({
      url,
      requests: spent.map(me),
      status: 200,
      amount: spent.length,
      connections: Math.min(16, spent.length),
    })
  const served = (title: string, request: (key: string, i: number) => LoadRequest, status = 200): Measured => ({
    title: `casework-gateway, ${title}`,
    instance,
    requests: keys.map(request),
    status,
  })
  return [
    served('GET /api/me', me),
    served('one case', (key, i) => ({ path: `/api/cases/${ids[i]}`, key })),
    { ...served('refused by D1', me, 429), requests: refused.map(me), mustAskD1: true },
    served('list of 20', (key) => ({ path: '/api/cases', key })),
    served('POST /api/cases', (key) => ({ path: '/api/cases', key, method: 'POST', body }), 201),
    served('refused from memory', () => me(remembered), 429),
    served('unknown key', () => me(mintKey()), 401),
  ]
}

function resultOf(titles: string[], found: Throughput[][]): ThroughputResult {
  const [first = [], last = []] = [found[0], found.at(-1)]
  const floor = (of: keyof Throughput) => first.map((one, round) => (one[of] + (last[round]?.[of] ?? Number.NaN)) / 2)
  const ratios = (own: Throughput[], of: keyof Throughput) =>
    median(own.map((one, round) => one[of] / (floor(of)[round] ?? Number.NaN)))
  const rows: ThroughputRow[] = titles.map((title, i) => {
    const own = found[i] ?? []
    return {
      title,
      perSecond: median(own.map(({ perSecond }) => perSecond)),
      p50Ms: median(own.map(({ p50Ms }) => p50Ms)),
      ratio: ratios(own, 'perSecond'),
      p50Ratio: ratios(own, 'p50Ms'),
    }
  })
  const noise = Math.max(
    ...first.map(({ perSecond }, i) => Math.abs(perSecond / (last[i]?.perSecond ?? Number.NaN) - 1)),
  )
  return { rounds: first.length, connections, callers, noise, rows }
}
