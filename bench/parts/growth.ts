import { fillCases } from '../../scripts/dev/demo/fill'
import type { GrowthResult } from '../report/results'
import { median } from '../report/statistics'
import { ask } from '../run/ask'
import { gateway, startedOf } from '../run/contestants'
import type { Context } from '../run/context'
import { makeKeys, tenantId } from '../run/gateway'
import { startInstance } from '../run/instance'

const sizesOf = (isQuick: boolean) => (isQuick ? [1_000, 20_000] : [1_000, 100_000, 1_000_000])
const times = 5

/** How many steps `measureGrowth` takes. */
export const growthSteps = (isQuick: boolean): number => sizesOf(isQuick).length * 2

interface Asked {
  title: string
  path: string
  json?: object
}

interface Found {
  rowsRead: number
  ms: number
}

/** Rows read and D1's milliseconds of the gateway's requests, in databases of growing size. */
export async function measureGrowth(context: Context): Promise<GrowthResult> {
  const sizes = sizesOf(context.isQuick)
  const fillSeconds: number[] = []
  const found = new Map<string, Found[]>()
  for (const size of sizes) {
    context.step(`filling ${size.toLocaleString('en-GB')} cases`)
    const { seconds, url, key, stop } = await filled(context, size)
    fillSeconds.push(seconds)
    context.step(`${size.toLocaleString('en-GB')} cases`)
    for (const asked of await requestsOf(url, key)) {
      found.set(asked.title, [...(found.get(asked.title) ?? []), await costOf(url, key, asked)])
    }
    await stop()
  }
  const rows = [...found].map(([title, all]) => ({
    title,
    rowsRead: all.map(({ rowsRead }) => rowsRead),
    ms: all.map(({ ms }) => ms),
  }))
  return { sizes, fillSeconds, rows }
}

async function filled(context: Context, count: number) {
  const script = await context.script(gateway)
  const vars = { ...gateway.vars({ requests: 1000, windowMs: 60_000 }, true), D1_DEADLINE_MS: '25000' }
  const instance = await startInstance(await context.folder(), [startedOf(gateway, script, vars)])
  const d1 = await instance.database('DB')
  const url = await instance.url('a')
  await gateway.prepare(d1, url)
  const beganAt = performance.now()
  await fillCases(d1, { tenantId, count, lastYear: 2025 })
  const seconds = (performance.now() - beganAt) / 1000
  const [key = ''] = await makeKeys(d1, { count: 1 })
  return { seconds, url, key, stop: instance.stop }
}

async function requestsOf(url: string, key: string): Promise<Asked[]> {
  const json = { residentName: 'Ada Example', summary: 'Street light out in Sample Street' }
  const { id, cursor } = await pageOf(url, key)
  return [
    { title: 'one case', path: `/api/cases/${id}` },
    { title: 'first page', path: '/api/cases' },
    { title: 'page 500 by cursor', path: `/api/cases?pageSize=20&cursor=${encodeURIComponent(cursor)}` },
    { title: 'search, a word in one case of 1,000', path: '/api/cases?search=quagmire' },
    { title: 'search, a word in every case', path: '/api/cases?search=resident' },
    { title: 'search, three words in every case', path: '/api/cases?search=made+reported+resident' },
    { title: 'search, six words in every case', path: '/api/cases?search=made+up+reported+by+a+resident' },
    { title: 'filter without matches', path: '/api/cases?sourceChannel=letter' },
    { title: 'report', path: '/api/reports/public' },
    { title: 'create', path: '/api/cases', json },
  ]
}

/** A case, and the cursor of the 500th page of 20, or of the last one that there is. */
async function pageOf(url: string, key: string): Promise<{ id: string; cursor: string }> {
  let [id, cursor] = ['', '']
  for (let skipped = 0; skipped < 499 * 20; skipped += 100) {
    const pageSize = Math.min(100, 499 * 20 - skipped)
    const after = cursor && `&cursor=${encodeURIComponent(cursor)}`
    const { body } = await ask(`${url}/api/cases?pageSize=${pageSize}${after}`, key)
    const page: { cases: { id: string }[]; pagination: { nextCursor?: string | null } } = JSON.parse(body)
    id = page.cases[0]?.id ?? id
    if (!page.pagination.nextCursor) break
    cursor = page.pagination.nextCursor
  }
  return { id, cursor }
}

async function costOf(url: string, key: string, { title, path, json }: Asked): Promise<Found> {
  const all: Found[] = []
  for (let n = 0; n < times; n++) {
    const { status, headers, body } = await ask(url + path, key, json)
    if (status >= 300) throw new Error(`${title}: ${path} answered ${status}: ${body}`)
    const timing = String(headers['server-timing'])
    const [, ms] = /d1;dur=([\d.]+)/.exec(timing) ?? []
    const [, rowsRead] = /rows-read;desc="(\d+)"/.exec(timing) ?? []
    all.push({ ms: Number(ms), rowsRead: Number(rowsRead) })
  }
  return { ms: median(all.map(({ ms }) => ms)), rowsRead: median(all.map(({ rowsRead }) => rowsRead)) }
}
