import { placeOf } from './cells'
import { act, obey, operators, type PlaceOptions, print, tell, text } from './command'
import { acrossCells, run } from './database'
import { UsageError } from './fault'
import { linesOf, openPostcodeFile } from './postcodes/file'
import { type Asked, type Load, planLoads } from './postcodes/load'
import { grouped, progressOf } from './postcodes/progress'
import { postcodesByCouncil, releasesShown, wardsWithoutPostcodes } from './postcodes/releases'
import { type Counts, count, noCounts, selects, sift } from './postcodes/selection'

const program = operators('postcodes', 'The ONS Postcode Directory, by which postcodes lead to wards.')

interface Import extends PlaceOptions {
  name?: string
  keepTerminated?: boolean
  allowFewer?: boolean
}

act(
  program,
  'import <file>',
  "Load a release's CSV file: the councils and wards of the tenants. It goes on where a stopped one has ended.",
  'import Data/ONSPD_MAY_2025_UK.csv --remote',
)
  .option('--name <name>', "what the release is called (default: the file's name)", text(200))
  .option('--keep-terminated', 'keep postcodes that are no longer in use')
  .option('--allow-fewer', 'replace a release that has more than twice as many')
  .action(importPostcodes)

async function importPostcodes(path: string, { name, keepTerminated = false, allowFewer, ...options }: Import) {
  const file = await openPostcodeFile(path)
  const asked = { file, name: name ?? file.name.replace(/\.csv$/i, ''), keepTerminated }
  const loads = await planLoads(placeOf(options), asked)
  const counts = await readInto(loads, asked)
  const filled = loads.filter(({ kept }) => kept > 0)
  if (filled.length === 0) throw nothingIn(path)
  if (!allowFewer) requireEnough(filled)
  for (const load of filled) await load.finish(counts.lines)
  for (const { cell } of loads.filter((load) => !filled.includes(load)))
    tell(`Cell ${cell.number} keeps what it has: no line is of its councils and wards`)
  print(await answerOf(counts, loads))
}

const nothingIn = (path: string) =>
  new UsageError(
    `${path} has no postcode of the tenants' councils and wards, so nothing has changed: ` +
      '"npm run --silent tenants -- list" shows their codes',
  )

/** Throws a `Fault` for a file that has less than half of what is in use: it may be of one area only, or cut off. */
function requireEnough(loads: Load[]): void {
  for (const { cell, kept, inUse } of loads) {
    if (kept >= inUse / 2) continue
    throw new UsageError(
      `Cell ${cell.number} would have ${grouped(kept)} postcodes instead of ${grouped(inUse)}, so nothing has changed: ` +
        'if that is right, give --allow-fewer',
    )
  }
}

async function readInto(loads: Load[], { file, keepTerminated }: Asked): Promise<Counts> {
  const counts = noCounts()
  const progress = progressOf(file.size)
  process.once('SIGINT', () => {
    progress.stop()
    tell('Stopped: the same command goes on from here.')
    process.exit(130)
  })
  try {
    for await (const line of linesOf(file)) {
      const takers = loads.filter(({ selection }) => selects(selection, line))
      const sifted = sift(line, takers.length > 0, keepTerminated)
      count(counts, sifted)
      if ('postcode' in sifted) for (const load of takers) await load.take(line, sifted.postcode)
      // The file is read a few blocks ahead.
      if (counts.lines % 1000 === 0) progress.show(Math.min(line.bytes, file.size - 1), counts)
    }
    progress.show(file.size, counts)
  } finally {
    progress.stop()
  }
  return counts
}

async function answerOf(counts: Counts, loads: Load[]) {
  const found = await Promise.all(
    loads.map(({ cell, release: { id } }) => run(cell, [postcodesByCouncil(id), wardsWithoutPostcodes(id)])),
  )
  const postcodes = new Map(loads.flatMap(({ selection }) => [...selection.councils].map((code) => [code, 0])))
  // A cell that only has single wards of a council has fewer of its postcodes than one that has the council.
  for (const one of found.flatMap(([councils]) => councils))
    postcodes.set(one.code, Math.max(one.postcodes, postcodes.get(one.code) ?? 0))
  return {
    release: loads[0]?.release.name,
    ...counts,
    councils: [...postcodes].map(([code, n]) => ({ code, postcodes: n })).sort(byCode),
    wardsWithoutPostcodes: found.flatMap(([, wards]) => wards),
    cells: loads.map(({ cell, release, kept }) => ({ cell: cell.number, release: release.name, kept })),
  }
}

const byCode = (a: { code: string }, b: { code: string }) => (a.code < b.code ? -1 : 1)

act(program, 'list', 'All releases, with the cell of each.', 'list').action(async (options: PlaceOptions) => {
  const answers = await acrossCells(placeOf(options), [releasesShown])
  print(answers.flatMap(({ cell, found: [rows] }) => rows.map((row) => ({ ...row, cell: cell.number }))))
})

await obey(program)
