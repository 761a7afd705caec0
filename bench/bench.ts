/**
 * Measures the gateway, the floors below it and its peers on this machine, and writes what it finds into the
 * documentation. See bench/README.md.
 *
 *   npm run bench
 *   npm run bench -- --quick
 *   npm run bench -- --only gate,growth
 */
import { accessSync, constants, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { progressOf } from '../scripts/dev/progress'
import { note, runProgram } from '../scripts/operator/command'
import { cellsSteps, measureCells } from './parts/cells'
import { costSteps, measureCosts } from './parts/cost'
import { exactnessSteps, measureExactness } from './parts/exactness'
import { growthSteps, measureGrowth } from './parts/growth'
import { measureThroughput, throughputSteps } from './parts/throughput'
import { publish, shown } from './report/publish'
import type { Kept, Measured, Part } from './report/results'
import { type Context, newContext } from './run/context'
import { stopInstances } from './run/instance'
import { versions } from './run/versions'

const minute = 60_000
const deadlineMs = 15 * minute

const parts = {
  gate: { steps: throughputSteps, measure: measureThroughput },
  cost: { steps: () => costSteps, measure: measureCosts },
  exactness: { steps: () => exactnessSteps, measure: measureExactness },
  growth: { steps: growthSteps, measure: measureGrowth },
  cells: { steps: cellsSteps, measure: measureCells },
} satisfies Record<Part, { steps(isQuick: boolean): number; measure(context: Context): Promise<object> }>

const names = Object.keys(parts).filter((name): name is Part => name in parts)

interface Options {
  quick: boolean
  only: Part[]
}

let base: string | undefined

async function bench({ quick: isQuick, only }: Options): Promise<void> {
  base = await mkdtemp(join(memoryFolder(), 'casework-bench-'))
  const [load = 0] = loadavg()
  if (load >= 1) note(`Other programs are busy (load average ${load.toFixed(1)}): the figures will be noisy`)
  const total = only.reduce((sum, name) => sum + parts[name].steps(isQuick), 0)
  const progress = progressOf('steps', total)
  let done = 0
  const context = newContext(base, isQuick, (what) => progress.show(done++, what))
  const found: Kept = {}
  const written = new Set<string>()
  try {
    for (const name of only) {
      const beganAt = Date.now()
      const result = await parts[name].measure(context)
      const measured: Measured = {
        date: new Date().toISOString().slice(0, 10),
        seconds: Math.round((Date.now() - beganAt) / 1000),
        ...{ machine: machine(), load, versions: versions() },
      }
      const part: Kept = { [name]: { ...result, measured } }
      Object.assign(found, part)
      // At once: what a later part runs into costs no result.
      if (!isQuick) for (const file of publish(part)) written.add(file)
    }
    progress.show(total, 'done')
  } finally {
    progress.stop()
    await stopInstances()
  }
  console.log(shown(found))
  for (const name of only) note(`${name}: ${found[name]?.measured.seconds} s`)
  note(isQuick ? 'A quick look: nothing was written' : `Written: ${[...written].join(', ')}`)
}

/** A folder in memory where there is one: a disk would be measured with the databases on it. */
function memoryFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return tmpdir()
  }
}

function machine(): string {
  const [{ model = 'unknown processor' } = {}] = cpus()
  const memory = memoryFolder() === '/dev/shm' ? 'databases in memory' : 'databases on disk'
  return `${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}, ${memory}`
}

/** Ends everything that this has started, and then itself. */
async function stop(code: number, why: string): Promise<void> {
  console.error(`\n${why}`)
  await stopInstances()
  process.exit(code)
}

function partList(value: string): Part[] {
  const asked = value.split(',')
  const unknown = asked.filter((one) => !names.some((name) => name === one))
  if (unknown.length > 0) throw new InvalidArgumentError(`It must be some of ${names.join(',')}.`)
  return names.filter((name) => asked.includes(name))
}

// Miniflare ends the process at Ctrl-C as soon as it has ended its own, so that nothing later than this would run.
process.on('exit', () => base && rmSync(base, { recursive: true, force: true, maxRetries: 10 }))
process.on('SIGINT', () => void stop(130, 'Stopped; what was finished is written'))
process.on('SIGTERM', () => void stop(143, 'Stopped; what was finished is written'))
setTimeout(() => void stop(1, 'Stopped after 15 minutes; what was finished is written'), deadlineMs).unref()

await runProgram(
  new Command('bench')
    .description('Measures the gateway and its peers on this machine, and writes docs/bench.md.')
    .option('--quick', 'a look of two minutes, which writes nothing', false)
    .option('--only <parts>', `some of ${names.join(',')}`, partList, names)
    .showHelpAfterError(false)
    .action(bench),
)
