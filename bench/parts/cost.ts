import { fillCases } from '../../scripts/dev/demo/fill'
import { mintKey } from '../../src/gate/key-format'
import type { Cost, CostResult, CostRow } from '../report/results'
import { ask } from '../run/ask'
import { type Contestant, floors, gateway, type Limit, peers, startedOf } from '../run/contestants'
import type { Context } from '../run/context'
import { makeKeys, tenantId } from '../run/gateway'
import { type Instance, startInstance } from '../run/instance'

const limit: Limit = { requests: 100, windowMs: 600_000 }
const measured = [floors.oneRead, gateway, ...peers]

/** How many steps `measureCosts` takes. */
export const costSteps = measured.length + 1

/** What one request costs in D1, from its own `meta`: admitted, refused, and of an unknown key. */
export async function measureCosts(context: Context): Promise<CostResult> {
  const rows: CostRow[] = []
  for (const one of measured) {
    context.step(one.title)
    const instance = await started(context, one)
    const [key = ''] = await one.keys(await instance.database('DB'), 1, limit)
    const asked = askerOf(one, instance)
    rows.push({
      title: one.title,
      costs: one === floors.oneRead ? { admitted: await asked(key, 200) } : await costsOf(one, asked, key),
    })
    await instance.stop()
  }
  context.step('the gateway’s routes')
  return { rows, routes: await routesOf(context) }
}

async function started(context: Context, one: Contestant): Promise<Instance> {
  const script = await context.script(one)
  const instance = await startInstance(await context.folder(), [startedOf(one, script, one.vars(limit, true))])
  await one.prepare(await instance.database('DB'), await instance.url('a'))
  return instance
}

/** Sends one request, and reads its cost; throws where the answer has another status. */
type Ask = (key: string, status: number, path?: string, json?: object) => Promise<Cost>

function askerOf(one: Contestant, instance: Instance): Ask {
  const lines: string[] = []
  instance.watch((line) => lines.push(line))
  return async function askWithCost(key, status, path = one.path, json) {
    lines.length = 0
    const answer = await ask((await instance.url('a')) + path, key, json)
    if (answer.status !== status) throw new Error(`${one.title}: ${path} answered ${answer.status}, not ${status}`)
    if (one === gateway) return costInLog(lines)
    // Neither D1 nor its `meta` here: what the published source does to its object's storage per request.
    if (one.cache) return { trips: 0, rowsRead: 2, rowsWritten: 1, durableObjectRequests: 1 }
    return JSON.parse(String(answer.headers['x-d1']))
  }
}

/** The gateway states the cost of each request in its log, of a 401 too. */
async function costInLog(lines: string[]): Promise<Cost> {
  for (let waits = 0; waits < 100; waits++) {
    const line = lines.find((text) => text.includes('"d1Trips"'))
    if (line !== undefined) {
      const { d1Trips, d1RowsRead, d1RowsWritten } = JSON.parse(line)
      return { trips: d1Trips, rowsRead: d1RowsRead, rowsWritten: d1RowsWritten }
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('The gateway has logged nothing')
}

async function costsOf(one: Contestant, asked: Ask, key: string): Promise<CostRow['costs']> {
  let admitted: Cost | undefined
  // The last: the first makes rows that later ones only change, and who counts rows has them all to count.
  for (let n = 0; n < limit.requests; n++) admitted = await asked(key, 200)
  const refused = await asked(key, 429)
  const again = await asked(key, 429)
  const knowsKeys = one === gateway || one.id === 'better-auth'
  return {
    ...(admitted && { admitted }),
    refused,
    'refused again': again,
    ...(knowsKeys && { unknown: await asked(one === gateway ? mintKey() : 'x'.repeat(64), 401) }),
  }
}

async function routesOf(context: Context): Promise<CostResult['routes']> {
  const instance = await started(context, gateway)
  const d1 = await instance.database('DB')
  await fillCases(d1, { tenantId, count: 1000, lastYear: 2025 })
  const id = await d1.prepare('select id from cases limit 1').first<string>('id')
  const [key = ''] = await makeKeys(d1, { count: 1, limit: 100 })
  const asked = askerOf(gateway, instance)
  const body = { residentName: 'Ada Example', summary: 'Street light out in Sample Street' }
  await asked(key, 200)
  const routes = [
    { title: '`GET /api/me`', cost: await asked(key, 200) },
    { title: '`GET /api/cases/{id}`', cost: await asked(key, 200, `/api/cases/${id}`) },
    { title: '`GET /api/cases`, 20 of 1,000', cost: await asked(key, 200, '/api/cases') },
    { title: '`POST /api/cases`', cost: await asked(key, 201, '/api/cases', body) },
  ]
  await instance.stop()
  return routes
}
