import { Command, Option } from 'commander'
import { type Cell, cellsOf, getCell, type Place, placeOf } from './cells'
import { note, runProgram, whole } from './command'
import { type Stage, stages } from './configuration'
import { applyTo, lackingIn } from './deploy/migrations'
import { UsageError } from './fault'
import { table } from './output'
import { dueAfter, revokeAgain, showDue } from './restore/after'
import { pastMoment, readState, type State, showLosses } from './restore/before'
import { ask, isTerminal, requireWord } from './terminal'
import { bookmarkOf, travelTo } from './time-travel'

interface Options {
  env: Stage
  cell?: number
  bookmark?: string
  at?: string
  revokeAgain?: boolean
  yes?: boolean
}

const program = new Command('restore')
  .description("Restore one cell's database by Time Travel, with all its tenants, and say what must be done after.")
  .addOption(new Option('--env <stage>', 'the stage').choices(stages).makeOptionMandatory())
  .option('--cell <number>', 'the cell (default: the only one)', whole(0, 9999))
  .addOption(new Option('--bookmark <bookmark>', 'a bookmark of "npm run backup"').conflicts('at'))
  .option('--at <time>', 'or a moment in the last 30 days, like 2026-03-01T09:00:00Z', pastMoment)
  .option('--revoke-again', 'revoke at once the keys that the restore brings back to life')
  .option('--yes', 'do not ask')
  .addHelpText('after', '\nExample:\n  npm run restore -- --env production --at 2026-03-01T09:00:00Z')
  .action(restore)

async function restore({ env, cell: number, bookmark: given, at, revokeAgain: revoke, yes }: Options): Promise<void> {
  const place = placeOf({ env })
  const cell = cellWanted(place, number)
  if (given === undefined && at === undefined) throw new UsageError('Provide either --bookmark or --at')
  const bookmark = given ?? (await bookmarkOf(cell, at))
  const before = await readState(cell, at)
  showLosses(cell, before, bookmark, at)
  if (!yes) await requireWord('restore')

  const undo = await travelTo(cell, bookmark)
  note(
    `${cell.binding} of ${env} is restored. To undo it: npm run restore -- --env ${env} --cell ${cell.number} --bookmark ${undo}`,
  )
  await complete(cell, before, revoke ?? false).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error
    throw new UsageError(
      `${error.message}\nThe database is restored, but what must be done after is not known: these keys were dead before it: ${deadIn(before)}`,
    )
  })
}

/** Brings the tables up to the deployed Worker's, then finds what came back, and puts right what it may. */
async function complete(cell: Cell, before: State, revoke: boolean): Promise<void> {
  const lacking = await lackingIn(cell)
  if (lacking.length > 0) {
    note(`It lacks ${lacking.join(', ')}. Applying …`)
    await applyTo(cell, lacking)
  }
  const due = dueAfter(before, await readState(cell))
  showDue(cell, due)
  if (due.revived.length === 0) return
  const isAgreed = revoke || (isTerminal() && /^y(es)?$/i.test(await ask('Revoke these keys again now? [y/N] ')))
  if (!isAgreed) return
  const revoked = await revokeAgain(cell, due.revived)
  console.log(
    table(
      ['revoked again'],
      revoked.map((id) => [id]),
    ),
  )
}

const deadIn = ({ keys }: State) =>
  keys
    .filter(({ live }) => !live)
    .map(({ keyId }) => keyId)
    .join(', ') || 'none'

function cellWanted(place: Place, number: number | undefined): Cell {
  if (number !== undefined) return getCell(place, number)
  const cells = cellsOf(place)
  const [only] = cells
  if (only && cells.length === 1) return only
  throw new UsageError(`Which cell? Provide --cell, one of ${cells.map((cell) => cell.number).join(', ')}`)
}

await runProgram(program)
