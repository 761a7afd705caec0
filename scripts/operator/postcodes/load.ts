import type { BoundStatement } from '../../../src/db/query'
import type { Cell, Place } from '../cells'
import { note } from '../command'
import { acrossCells, run, Taken } from '../database'
import { UsageError } from '../fault'
import { type Census, newCensus, type Tally, tallyOfRows } from './census'
import { type Codes, selectionOf, tenantsOf } from './codes'
import type { PostcodeFile, PostcodeLine } from './file'
import type { Change, CodedTenant } from './guard'
import { newPortion } from './portion'
import { grouped } from './progress'
import {
  activate,
  allReleases,
  beginRelease,
  codesOfTenants,
  insertPortion,
  nextId,
  noteProgress,
  placesInUse,
  type Release,
  sweepReleases,
} from './releases'
import { type Selection, type Sifted, sourceOf } from './selection'

/** An operator's request. */
export interface Asked {
  file: PostcodeFile
  /** Name of the release. */
  name: string
  keepTerminated: boolean
}

type Known = Pick<Release, 'id' | 'name' | 'source'>

/** The loading of one release into one cell. */
export interface Load {
  cell: Cell
  selection: Selection
  release: Known
  /** Lines kept in this cell. */
  kept: number
  tenants: CodedTenant[]
  /** The release is in use already: nothing is replaced. */
  isLoaded: boolean
  /** What is replaced by what, as far as it has been read. */
  change(): Change
  /** Takes one line that is of the selection, and writes when a portion is full. */
  take(line: PostcodeLine, sifted: Sifted): Promise<void>
  /** Writes what is left, lets the release take the old one's place, and removes that. */
  finish(lines: number): Promise<void>
}

/** A load for every cell that has tenants with councils or coded wards. Throws a `UsageError` if none has. */
export async function planLoads(place: Place, asked: Asked): Promise<Load[]> {
  const cells = await acrossCells(place, [codesOfTenants, allReleases, placesInUse])
  const loads = cells.flatMap(({ cell, found: [codes, releases, inUse] }) =>
    codes.length > 0 ? planLoad(cell, codes, { releases, inUse: inUse.map(tallyOfRows) }, asked) : [],
  )
  if (loads.length > 0) return loads
  const command = 'npm run --silent tenants -- update --slug acme --council-code E06000052'
  throw new UsageError(`No tenant has a council code, and no ward has a code: "${command}" sets a tenant's`)
}

interface InCell {
  releases: Release[]
  inUse: Tally[]
}

function planLoad(cell: Cell, codes: Codes[], { releases, inUse }: InCell, asked: Asked): Load {
  const { file, name, keepTerminated } = asked
  const selection = selectionOf(codes)
  const source = sourceOf(file, selection, keepTerminated)
  const known = releases.find((one) => one.source === source && (one.active || !one.loadedAt))
  const { id, linesDone } = known ?? { id: nextId(releases), linesDone: 0 }
  const release = { id, name: known?.name ?? name, source }
  const state = {
    linesDone,
    isBegun: known !== undefined,
    isLoaded: known?.active ?? false,
    isStale: releases.some((one) => one.id !== id),
    stopsForGood: file.size === undefined,
  }
  const which = `"${release.name}" in cell ${cell.number}`
  if (state.isLoaded) note(`${which} is already loaded`)
  else if (known) note(`Resuming ${which} after line ${grouped(linesDone)}`)
  const census = newCensus()
  const change = () => ({ inUse, found: census.tallies(), keepTerminated })
  return newLoad({ cell, selection, release, tenants: tenantsOf(codes), change }, state, census)
}

interface State {
  /** Up to which line all is written. */
  linesDone: number
  /** The database has the release. */
  isBegun: boolean
  /** It is complete and active. */
  isLoaded: boolean
  /** There are other releases. */
  isStale: boolean
  /** The file cannot be read again. */
  stopsForGood: boolean
}

type Plan = Pick<Load, 'cell' | 'selection' | 'release' | 'tenants' | 'change'>

function newLoad(plan: Plan, state: State, census: Census): Load {
  const { cell, release } = plan
  const { linesDone, isLoaded, isStale, stopsForGood } = state
  let { isBegun } = state
  let portion = newPortion()

  async function write(upTo: number, ...then: BoundStatement[]): Promise<void> {
    const noted = isBegun ? noteProgress(release.id, upTo) : beginRelease({ ...release, linesDone: upTo })
    const [[found]] = await run(cell, [noted, insertPortion(release.id, portion), ...then]).catch((error: unknown) =>
      explain(error, stopsForGood),
    )
    if (!found) throw new UsageError('Superseded by another import; run the command again to start over')
    isBegun = true
    portion = newPortion()
  }

  const load: Load = {
    ...plan,
    isLoaded,
    kept: 0,
    async take(line, sifted) {
      census.add(line, sifted)
      if (!('postcode' in sifted)) return
      load.kept++
      const { number, ward, council } = line
      if (isLoaded || number <= linesDone) return
      portion.add(sifted.postcode, ward, council)
      if (portion.isFull()) await write(number)
    },
    async finish(lines) {
      if (!isLoaded) await write(lines, activate(release.id))
      if (isStale) await sweep(cell)
    },
  }
  return load
}

function explain(error: unknown, stopsForGood: boolean): never {
  if (error instanceof Taken) throw new UsageError('Another import has just started: wait for it to finish')
  if (!(error instanceof UsageError)) throw error
  throw new UsageError(`${error.message}. ${nextTime(stopsForGood)}`)
}

/** What becomes of an import that has stopped. */
export const nextTime = (stopsForGood: boolean) =>
  stopsForGood
    ? 'A pipe can be read only once; run the command again to start over.'
    : 'Run the same command to resume.'

/** Removes what nobody reads, portion by portion: each is far from the 30 seconds that D1 gives a statement. */
async function sweep(cell: Cell): Promise<void> {
  note(`Removing older releases from cell ${cell.number}`)
  for (;;) {
    const [, , left] = await run(cell, sweepReleases)
    if (left.length === 0) return
  }
}
