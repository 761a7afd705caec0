import { placeOf } from './cells'
import { addCommand, callersPath, note, operators, type PlaceOptions, print, runProgram, text } from './command'
import { acrossCells, run } from './database'
import { UsageError } from './fault'
import { linesOf, openPostcodeFile, type PostcodeFile } from './postcodes/file'
import { lossesOf, wardsWithout } from './postcodes/guard'
import { type Asked, type Load, nextTime, planLoads } from './postcodes/load'
import { grouped, progressOf } from './postcodes/progress'
import { postcodesByCouncil, releasesShown } from './postcodes/releases'
import { type Counts, count, noCounts, selects, sift } from './postcodes/selection'

const program = operators('postcodes', 'The ONS Postcode Directory, which maps postcodes to wards.')

interface Import extends PlaceOptions {
  name?: string
  keepTerminated?: boolean
  allowFewer?: boolean
}

addCommand(
  program,
  'import <file>',
  "Import a release's CSV file for the tenants' councils and wards. Resumes an import that was stopped.",
  'import Data/ONSPD_MAY_2025_UK.csv --remote',
)
  .option('--name <name>', "the release's name (default: the file's name)", text(200))
  .option('--keep-terminated', 'keep postcodes that are no longer in use')
  .option('--allow-fewer', 'replace a release even where tenants lose codes or half of their postcodes')
  .action(importPostcodes)

async function importPostcodes(
  given: string,
  { name, keepTerminated = false, allowFewer = false, ...options }: Import,
) {
  const file = await openPostcodeFile(callersPath(given))
  const asked = { file, name: name ?? file.name.replace(/\.csv$/i, ''), keepTerminated }
  try {
    const loads = await planLoads(placeOf(options), asked)
    const counts = await readInto(loads, asked)
    const filled = loads.filter(({ kept }) => kept > 0)
    if (filled.length === 0) throw nothingIn(file, counts, loads)
    requireEnough(file, filled, allowFewer)
    for (const load of filled) await load.finish(counts.lines)
    for (const { cell } of loads.filter((load) => !filled.includes(load)))
      note(`Cell ${cell.number} unchanged: no rows for its councils or wards`)
    print(await answerOf(counts, loads), options)
  } finally {
    file.close()
  }
}

function nothingIn({ path }: PostcodeFile, { lines, skipped }: Counts, loads: Load[]): UsageError {
  const { terminated, otherCouncils, noWard, malformed } = skipped
  return new UsageError(
    `${path} has no postcode of the tenants' councils and wards, so nothing has changed: of its ${grouped(lines)} lines ` +
      `${grouped(terminated)} are terminated, ${grouped(otherCouncils)} of other councils, ${grouped(noWard)} without a ` +
      `ward and ${grouped(malformed)} malformed. "npm run --silent tenants -- list" shows the tenants' codes${listed(loads.flatMap(losses))}`,
  )
}

function losses({ tenants, change }: Load): string[] {
  const now = change()
  return tenants.flatMap((tenant) => lossesOf(tenant, now))
}

function withoutPostcodes({ tenants, change }: Load) {
  const now = change()
  return tenants.flatMap((tenant) => wardsWithout(tenant, now).map((ward) => ({ tenant: tenant.slug, ...ward })))
}

const listed = (lines: string[]) => lines.map((line) => `\n  ${line}`).join('')

/** Throws a `UsageError` if tenants would lose what they need; only warns if that is allowed or nothing is in use. */
function requireEnough({ path }: PostcodeFile, loads: Load[], allowFewer: boolean): void {
  const changing = loads.filter(({ isLoaded }) => !isLoaded)
  const isTold = (load: Load) => allowFewer || load.change().inUse.length === 0
  const told = changing.filter(isTold).flatMap(losses)
  if (told.length > 0) note(`warning: ${path} lacks codes or postcodes that tenants use:${listed(told)}`)
  const refused = changing.filter((load) => !isTold(load)).flatMap(losses)
  if (refused.length === 0) return
  throw new UsageError(
    `${path} lacks codes or postcodes that tenants use, so nothing has changed. ` +
      `If that is right, give --allow-fewer:${listed(refused)}`,
  )
}

async function readInto(loads: Load[], { file, keepTerminated }: Asked): Promise<Counts> {
  const counts = noCounts()
  const progress = progressOf(file.size)
  const isPipe = file.size === undefined
  if (isPipe) note(`${file.path} is a pipe: an import that stops cannot be resumed`)
  // Before that of the local databases, which ends the process without a word.
  process.prependOnceListener('SIGINT', () => {
    progress.stop()
    note(isPipe ? `Stopped. ${nextTime(isPipe)}` : 'Stopped. Run the same command to resume.')
    process.exit(130)
  })
  try {
    for await (const line of linesOf(file)) {
      const takers = loads.filter(({ selection }) => selects(selection, line))
      const sifted = sift(line, takers.length > 0, keepTerminated)
      count(counts, sifted)
      for (const load of takers) await load.take(line, sifted)
      if (counts.lines % 1000 === 0) progress.show(line.bytes, counts)
    }
    progress.end(counts)
  } finally {
    progress.stop()
  }
  return counts
}

async function answerOf(counts: Counts, loads: Load[]) {
  const found = await Promise.all(loads.map(({ cell, release: { id } }) => run(cell, [postcodesByCouncil(id)])))
  const postcodes = new Map(loads.flatMap(({ selection }) => [...selection.councils].map((code) => [code, 0])))
  // A cell that only has single wards of a council has fewer of its postcodes than one that has the council.
  for (const one of found.flatMap(([councils]) => councils))
    postcodes.set(one.code, Math.max(one.postcodes, postcodes.get(one.code) ?? 0))
  return {
    release: loads[0]?.release.name,
    ...counts,
    councils: [...postcodes].map(([code, n]) => ({ code, postcodes: n })).sort(byCode),
    wardsWithoutPostcodes: loads.flatMap(withoutPostcodes),
    cells: loads.map(({ cell, release, kept }) => ({ cell: cell.number, release: release.name, kept })),
  }
}

const byCode = (a: { code: string }, b: { code: string }) => (a.code < b.code ? -1 : 1)

addCommand(program, 'list', 'List all releases, each with its cell.', 'list').action(async (options: PlaceOptions) => {
  const answers = await acrossCells(placeOf(options), [releasesShown])
  print(
    answers.flatMap(({ cell, found: [rows] }) => rows.map((row) => ({ ...row, cell: cell.number }))),
    options,
  )
})

await runProgram(program)
