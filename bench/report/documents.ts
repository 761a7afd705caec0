import { type Bar, drawChart } from './chart'
import { ratio, whole } from './figures'
import { prices } from './prices'
import type { Kept, Measured, Results, ThroughputResult } from './results'
import {
  cellsTable,
  costTable,
  exactnessTable,
  growthTable,
  plannedPerCell,
  planTable,
  priceTable,
  routesTable,
  summaryTable,
  throughputTable,
  titles,
} from './tables'

const measuredOn = ({ date, seconds, machine, load = 0 }: Measured) =>
  `Measured on ${date} in ${seconds} s: ${machine}.${load >= 1 ? ` Other programs were busy (load average ${load.toFixed(1)}).` : ''}`

const percent = (noise: number) => `${Math.round(noise * 100)} %`

/** How far the floor's two places differ, in their medians and in a single round. */
function noiseOf({ rows, noise }: ThroughputResult): string {
  const [first = Number.NaN, again = Number.NaN] = rows
    .filter(({ title }) => title.startsWith(titles.floor))
    .map((row) => row.ratio)
  return `by ${percent(Math.abs(again / first - 1))} in the median and by up to ${percent(noise)} in one round`
}

/** docs/bench.md: what was measured, how, and what is not exact about it. */
export function benchPage(all: Kept): string {
  const versions = [...new Set(Object.values(all).map(({ measured }) => measured.versions))]
  return `${[
    '# Benchmark',
    'Written by `npm run bench`; do not edit. `bench/README.md` explains the parts and the options.',
    all.gate && gateSection(all.gate),
    all.cost && costSection(all.cost),
    all.exactness && exactnessSection(all.exactness),
    all.growth && growthSection(all.growth),
    all.cells && cellsSection(all.cells),
    `## Versions\n\n${versions.join('\n\n')}`,
  ]
    .filter((section) => section !== undefined)
    .join('\n\n')}\n`
}

function gateSection(gate: ThroughputResult & { measured: Measured }): string {
  const remembered = gate.rows.find(({ title }) => title === 'casework-gateway, refused from memory')
  const bare = gate.rows.find(({ title }) => title === titles.bare)
  const refusals = remembered && bare ? ratio(remembered.ratio / bare.ratio) : '–'
  return `## Requests per second

${measuredOn(gate.measured)}

![Requests per second of each, divided by those of a Worker that does one D1 read](images/bench.svg)

${throughputTable(gate)}

The floor is a Hono Worker that reads one D1 row by its primary key. A refusal from memory reaches ${refusals} of the requests
per second of a Hono Worker without D1.

- **Noise.** The floor was measured twice in each round, first and last. It differed from itself ${noiseOf(gate)}.
  Smaller differences between rows mean nothing.
- **Method.** Each Worker runs in a workerd of its own, bundled and minified, the gateway by \`wrangler deploy --dry-run\` and
  with its request log on. Its databases are new. autocannon keeps ${gate.connections} connections busy with
  ${whole(gate.callers)} keys in turn. ${gate.rounds} rounds, every second one in reverse order; medians. Ratios are taken
  within a round. All answers must have the expected status.
- **The gateway’s statements** are what it sends to D1 for that read, run by a Worker that does nothing else: no key is hashed,
  nothing is logged, and D1’s results go out as they come. What the gateway is behind these is the cost of its code, its headers
  and its log.
- **Not measured.** A network, other Workers, and what a commit costs in production, where D1 waits for other machines. The
  load generator shares the processors with the Worker.
- **Peers** are set up as their documentation recommends. rate-limiter-flexible, hono-rate-limiter and COUNT, then INSERT
  limit callers but check no keys.`
}

function costSection(cost: Results['cost'] & { measured: Measured }): string {
  return `## Cost

${measuredOn(cost.measured)}

Rows are D1's own, from the \`meta\` of its answers; the D1 binding of peers is wrapped for that. Admitted is the last of 100
that a window of 100 admits.

${costTable(cost)}

${priceTable(cost)}

The gateway's requests:

${routesTable(cost)}

- **Prices** are Cloudflare's list prices beyond what the paid plan includes, as published in ${prices.readOn}: $${prices.request.toFixed(2)}
  per million Worker requests, $${prices.rowRead} per million rows read, $${prices.rowWritten.toFixed(2)} per million rows written, and
  $${prices.durableObjectRequest} per million requests to a Durable Object (${prices.sources.map((url, i) => `[${i + 1}](${url})`).join(', ')}).
  CPU time, storage and an object's duration come on top.
- **hono-rate-limiter** uses no D1. Its row states what its source does per request: one call to an object, which reads its
  count and its alarm, and writes its count. Each new window also sets an alarm.
- **rate-limiter-flexible** has \`inMemoryBlockOnConsumed\` set, so that it refuses from memory.`
}

function exactnessSection(exactness: Results['exactness'] & { measured: Measured }): string {
  const { seam, atOnce, steady } = exactness
  return `## Exactness

${measuredOn(exactness.measured)}

${exactnessTable(exactness)}

- **The seam.** One request, then bursts of ${seam.burst} just before and just after the end of the window that it began, twice
  over. The figure is the most admitted in any span of ${seam.windowMs / 1000} s: only requests that were sent and answered within it
  count, so the true figure may be higher.
- **At once.** ${atOnce.sent} requests of one key, to one Worker, and half each to two Workers on one database. The most of several
  attempts.
- **Steady load.** ${steady.sent} requests, evenly spaced at ${steady.share * 100} % of the limit: a sliding window has no reason to
  refuse any.`
}

function growthSection(growth: Results['growth'] & { measured: Measured }): string {
  const fills = growth.sizes.map((size, i) => `${whole(size)} cases in ${whole(growth.fillSeconds[i] ?? Number.NaN)} s`)
  return `## Growth

${measuredOn(growth.measured)} All cases belong to one tenant; 20 per page; medians of five.

${growthTable(growth)}

Rows and milliseconds are D1's own (\`SERVER_TIMING=true\`), milliseconds in whole numbers. One tenth of the cases are archived
and do not appear. Where there is no 500th page, the last one is asked for. The cases are those of \`npm run demo:fill\`:
${fills.join(', ')}.`
}

function cellsSection(cells: Results['cells'] & { measured: Measured }): string {
  return `## Where a cell ends

${measuredOn(cells.measured)}

${cellsTable(cells)}

Each cell is a workerd of its own with its own Worker, since locally a Worker and its databases share a thread. Two cells and the
load generator share this machine's processors, so they cannot reach twice the rate of one here. [Cells](cells.md) plans
production with ${plannedPerCell} admitted requests per second and cell.`
}

/** The block of docs/cells.md; undefined until its parts have been measured. */
export function cellsBlock({ cells, cost }: Kept): string | undefined {
  const admitted = cost?.rows.find(({ title }) => title === titles.ours)?.costs.admitted
  if (!cells || !admitted) return
  const most = Math.max(...cells.oneCell.map(({ perSecond }) => perSecond))
  const { connections, one, two } = cells.sameLoad
  return `On one machine (${cells.measured.machine}; ${cells.measured.date}), a cell served at most ${whole(most)} \`GET /api/me\` per
second. With ${connections} requests at once, one cell served ${whole(one)} and two cells ${whole(two)}, on the same processors.

In production a commit also waits for other machines, which this does not show. Plan ${plannedPerCell} admitted requests per second
and cell, and measure your own. Refusals from memory and malformed keys do not reach a cell.

${planTable(admitted)}

List prices as published in ${prices.readOn}, without what the plan includes, for \`GET /api/me\` at a steady rate.`
}

/** The block of the README; undefined until its parts have been measured. */
export function summaryBlock({ gate, cost, exactness }: Kept): string | undefined {
  if (!gate || !cost || !exactness) return
  return `<img src="docs/images/bench.svg" width="760" alt="Requests per second of the gateway and its peers, divided by those of a Worker that does one D1 read; the table has the figures">

${summaryTable(gate, cost, exactness)}

Measured on ${gate.measured.date} on one machine, where the floor differed from itself ${noiseOf(gate)}.
The last three limit callers but check no keys. [docs/bench.md](docs/bench.md) has the method, all figures, and the growth to a
million cases.`
}

/** The chart of requests per second. */
export function speedChart({ rows }: ThroughputResult): string {
  const bars: Bar[] = rows
    // The upper floor would leave no room for the others, and the lower one is the mark.
    .filter(({ title }) => !title.startsWith('Hono'))
    .sort((a, b) => b.ratio - a.ratio)
    .map((row) => ({
      label: row.title.replace('casework-gateway, ', ''),
      text: ratio(row.ratio),
      value: row.ratio,
      isOurs: row.title.startsWith('casework-gateway'),
    }))
  return drawChart({
    title: 'Requests per second, where one D1 read is 1',
    description: `${bars.map(({ label, text, isOurs }) => `${label}${isOurs ? ' (casework-gateway)' : ''}: ${text}`).join('; ')}.`,
    bars,
    mark: { value: 1, text: 'one D1 read' },
    legend: { own: titles.ours, others: 'others' },
  })
}
