import { dollars, ms, ratio, table, whole } from './figures'
import { cellsFor, dollarsPerMillion, dollarsPerMonth } from './prices'
import type { CellsResult, Cost, CostResult, ExactnessResult, GrowthResult, ThroughputResult } from './results'

const none = '–'

/** The titles of the rows that the documents name. */
export const titles = {
  ours: 'casework-gateway',
  me: 'casework-gateway, GET /api/me',
  floor: 'Hono, one D1 read',
  bare: 'Hono, no D1',
} as const

export const throughputTable = ({ rows }: ThroughputResult): string =>
  table(
    ['', 'requests/s', 'p50, ms', 'requests/s ÷ floor', 'p50 ÷ floor'],
    [...rows]
      .sort((a, b) => b.ratio - a.ratio)
      .map((row) => [row.title, whole(row.perSecond), ms(row.p50Ms), ratio(row.ratio), ratio(row.p50Ratio)]),
  )

const kinds = ['admitted', 'refused', 'refused again', 'unknown'] as const

const inWords = ({ trips, rowsRead, rowsWritten, durableObjectRequests }: Cost) =>
  `${durableObjectRequests ? `${durableObjectRequests} object` : trips} / ${rowsRead} / ${rowsWritten}`

export const costTable = ({ rows }: CostResult): string =>
  table(
    ['trips / rows read / rows written', ...kinds],
    rows.map(({ title, costs }) => [title, ...kinds.map((kind) => (costs[kind] ? inWords(costs[kind]) : none))]),
  )

export const priceTable = ({ rows }: CostResult): string =>
  table(
    ['$ per million requests', ...kinds],
    rows.map(({ title, costs }) => [
      title,
      ...kinds.map((kind) => (costs[kind] ? dollars(dollarsPerMillion(costs[kind])) : none)),
    ]),
  )

export const routesTable = ({ routes }: CostResult): string =>
  table(
    ['', 'D1 trips', 'rows read', 'rows written', '$ per million'],
    routes.map(({ title, cost }) => [
      title,
      ...[cost.trips, cost.rowsRead, cost.rowsWritten].map(whole),
      dollars(dollarsPerMillion(cost)),
    ]),
  )

export const exactnessTable = ({ rows, seam, atOnce, steady }: ExactnessResult): string =>
  table(
    [
      '',
      `most in ${seam.windowMs / 1000} s, limit ${seam.limit}`,
      `of ${atOnce.sent} at once, limit ${atOnce.limit}`,
      'the same on two isolates',
      `wrongly refused of ${steady.sent} at ${steady.share * 100} % load`,
    ],
    rows.map(({ title, atSeam, onOne, onTwo, wronglyRefused }) => [
      title,
      ...[atSeam, onOne, onTwo, wronglyRefused].map(whole),
    ]),
  )

export const growthTable = ({ sizes, rows }: GrowthResult): string =>
  table(
    ['rows read, ms in D1', ...sizes.map((size) => `${whole(size)} cases`)],
    rows.map(({ title, rowsRead, ms: times }) => [
      title,
      ...rowsRead.map((read, i) => `${whole(read)}, ${ms(times[i] ?? Number.NaN)} ms`),
    ]),
  )

/** Admitted requests per second that a production cell is planned for: a commit there waits for other machines. */
export const plannedPerCell = 200

export const cellsTable = ({ oneCell, sameLoad }: CellsResult): string =>
  table(
    ['`GET /api/me`', 'requests/s', 'p50, ms'],
    [
      ...oneCell.map((one) => [`one cell, ${one.connections} at once`, whole(one.perSecond), ms(one.p50Ms)]),
      [`one cell, ${sameLoad.connections} at once, measured with the next`, whole(sameLoad.one), none],
      [`two cells, ${sameLoad.connections / 2} at once each`, whole(sameLoad.two), none],
    ],
  )

export const planTable = (admitted: Cost): string =>
  table(
    ['admitted requests/s', 'cells', '$ per month', 'of it requests', 'of it D1'],
    [10, 1_000, 100_000].map((perSecond) => {
      const [total, requests] = [admitted, { rowsRead: 0, rowsWritten: 0 }].map((used) =>
        dollarsPerMonth(perSecond, used),
      )
      return [
        whole(perSecond),
        whole(cellsFor(perSecond, plannedPerCell)),
        ...[total, requests, (total ?? 0) - (requests ?? 0)].map((value) => dollars(value ?? Number.NaN)),
      ]
    }),
  )

/** The one table of the README: speed, cost and exactness, a row for each limiter. */
export function summaryTable(gate: ThroughputResult, cost: CostResult, exactness: ExactnessResult): string {
  const { seam, atOnce, steady } = exactness
  return table(
    [
      '',
      'requests/s ÷ one D1 read',
      'D1 trips, rows written',
      '$ per million admitted; refused',
      `most in a window, limit ${seam.limit}`,
      `of ${atOnce.sent} at once, limit ${atOnce.limit}`,
      `wrongly refused at ${steady.share * 100} % load`,
    ],
    exactness.rows.map(({ title, atSeam, onTwo, wronglyRefused }) => {
      const speed = gate.rows.find((row) => row.title === (title === titles.ours ? titles.me : title))
      const costs = cost.rows.find((row) => row.title === title)?.costs ?? {}
      const { admitted, refused } = costs
      return [
        title,
        speed ? ratio(speed.ratio) : none,
        admitted ? (admitted.durableObjectRequests ? 'object' : `${admitted.trips}, ${admitted.rowsWritten}`) : none,
        admitted && refused ? `${dollars(dollarsPerMillion(admitted))}; ${dollars(dollarsPerMillion(refused))}` : none,
        whole(atSeam),
        whole(onTwo),
        `${whole(wronglyRefused)} of ${steady.sent}`,
      ]
    }),
  )
}
