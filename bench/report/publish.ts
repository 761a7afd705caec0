import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../../scripts/root'
import { replaceBlock } from './blocks'
import { benchPage, cellsBlock, speedChart, summaryBlock } from './documents'
import type { Kept } from './results'
import { cellsTable, costTable, exactnessTable, growthTable, priceTable, routesTable, throughputTable } from './tables'

const resultsFile = 'bench/results.json'

/** The results as the terminal shows them. */
export function shown({ gate, cost, exactness, growth, cells }: Kept): string {
  const noise = gate && `Noise: the floor differed from itself by up to ${Math.round(gate.noise * 100)} %`
  return [
    ...(gate ? [throughputTable(gate), noise] : []),
    ...(cost ? [costTable(cost), priceTable(cost), routesTable(cost)] : []),
    ...(exactness ? [exactnessTable(exactness)] : []),
    ...(growth ? [growthTable(growth)] : []),
    ...(cells ? [cellsTable(cells)] : []),
  ].join('\n\n')
}

/** Writes new results into the documents, with the last ones of the parts that were not measured; the files written. */
export function publish(found: Kept): string[] {
  const known: Kept = existsSync(join(root, resultsFile)) ? JSON.parse(read(resultsFile)) : {}
  const all = { ...known, ...found }
  const written: Record<string, string> = {
    [resultsFile]: `${JSON.stringify(all, null, 2)}\n`,
    'docs/bench.md': benchPage(all),
  }
  if (all.gate) written['docs/images/bench.svg'] = speedChart(all.gate)
  const summary = summaryBlock(all)
  if (summary) written['README.md'] = replaceBlock(read('README.md'), 'summary', summary)
  const cells = cellsBlock(all)
  if (cells) written['docs/cells.md'] = replaceBlock(read('docs/cells.md'), 'cells', cells)
  for (const [file, text] of Object.entries(written)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return Object.keys(written)
}

const read = (file: string) => readFileSync(join(root, file), 'utf8')
