import { appendFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { cellsOf, placeOf } from './cells'
import { callersPath, note, runProgram } from './command'
import { type Stage, stages } from './configuration'
import { UsageError } from './fault'
import { bookmarkOf } from './time-travel'

const program = new Command('backup')
  .description('Print the Time Travel bookmark of every cell, a line of JSON each: what "npm run restore" takes.')
  .addOption(new Option('--env <stage>', 'the stage').choices(stages).makeOptionMandatory())
  .option('--out <file>', 'also add the lines to this file')
  .addHelpText('after', '\nExample:\n  npm run --silent backup -- --env production --out bookmarks.jsonl')
  .action(backUp)

async function backUp({ env, out }: { env: Stage; out?: string }): Promise<void> {
  const cells = cellsOf(placeOf({ env }))
  // The bookmark is of a moment not before this one.
  const at = new Date().toISOString()
  const lines = await Promise.all(
    cells.map(async (cell) => JSON.stringify({ at, env, cell: cell.number, bookmark: await bookmarkOf(cell) })),
  )
  console.log(lines.join('\n'))
  if (out === undefined) return
  const file = callersPath(out)
  try {
    appendFileSync(file, `${lines.join('\n')}\n`)
  } catch (error) {
    throw new UsageError(
      `The bookmarks are above, but not in ${file}: ${error instanceof Error ? error.message : error}`,
    )
  }
  note(`Added to ${file}. D1 goes back to them for 30 days, 7 on Cloudflare's free plan.`)
}

await runProgram(program)
