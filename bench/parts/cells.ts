import type { CellsResult } from '../report/results'
import { median } from '../report/statistics'
import { gateway, startedOf } from '../run/contestants'
import type { Context } from '../run/context'
import { makeKeys } from '../run/gateway'
import { startInstance } from '../run/instance'
import { type Load, putUnderLoad } from '../run/load'

const callers = 1000
const tried = [1, 4, 16, 64]
const together = 32
const rounds = (isQuick: boolean) => (isQuick ? 1 : 3)

/** How many steps `measureCells` takes. */
export const cellsSteps = (isQuick: boolean): number => rounds(isQuick) * (tried.length + 2)

/**
 * `GET /api/me` at growing load until one cell gives no more, and the same load on one cell and on two. Each cell is a workerd
 * of its own: within one, the Worker and every database share a thread, which in production they do not.
 */
export async function measureCells(context: Context): Promise<CellsResult> {
  const cells = [await startCell(context), await startCell(context)]
  const [first] = cells
  if (!first) throw new Error('No cell')
  const seconds = context.isQuick ? 1 : 3
  for (const { load } of cells) await putUnderLoad({ ...load, seconds: 1 })
  const alone = new Map<number, { perSecond: number[]; p50Ms: number[] }>()
  const same: { one: number; two: number }[] = []
  for (let round = 0; round < rounds(context.isQuick); round++) {
    for (const connections of round % 2 === 0 ? tried : [...tried].reverse()) {
      context.step(`one cell, ${connections} connections`)
      const found = await putUnderLoad({ ...first.load, connections, seconds })
      const known = alone.get(connections) ?? { perSecond: [], p50Ms: [] }
      alone.set(connections, { perSecond: [...known.perSecond, found.perSecond], p50Ms: [...known.p50Ms, found.p50Ms] })
    }
    context.step(`one cell, ${together} connections`)
    const { perSecond: one } = await putUnderLoad({ ...first.load, connections: together, seconds })
    context.step(`two cells, ${together} connections`)
    const half = cells.map(({ load }) => putUnderLoad({ ...load, connections: together / 2, seconds }))
    const two = (await Promise.all(half)).reduce((sum, { perSecond }) => sum + perSecond, 0)
    same.push({ one, two })
  }
  await Promise.all(cells.map(({ stop }) => stop()))
  return {
    oneCell: tried.map((connections) => {
      const { perSecond = [], p50Ms = [] } = alone.get(connections) ?? {}
      return { connections, perSecond: median(perSecond), p50Ms: median(p50Ms) }
    }),
    sameLoad: {
      connections: together,
      one: median(same.map(({ one }) => one)),
      two: median(same.map(({ two }) => two)),
    },
  }
}

async function startCell(context: Context): Promise<{ load: Load; stop(): Promise<void> }> {
  const script = await context.script(gateway)
  // Few callers would reach the usual limit within a round of 64 connections.
  const vars = gateway.vars({ requests: 100, windowMs: 1_000 }, false)
  const instance = await startInstance(await context.folder(), [startedOf(gateway, script, vars)])
  const d1 = await instance.database('DB')
  const url = await instance.url('a')
  await gateway.prepare(d1, url)
  const keys = await makeKeys(d1, { count: callers })
  return { load: { url, requests: keys.map((key) => ({ path: '/api/me', key })), status: 200 }, stop: instance.stop }
}
