import type { BoundStatement } from '../../../src/db/query'
import type { Cell, Place } from '../cells'
import { tell } from '../command'
import { acrossCells, run, Taken } from '../database'
import { UsageError } from '../fault'
import type { PostcodeFile, PostcodeLine } from './file'
import { newPortion } from './portion'
import { grouped } from './progress'
import {
  activate,
  allReleases,
  beginRelease,
  codedWards,
  councilsOfTenants,
  insertPortion,
  nextId,
  noteProgress,
  type Release,
  rowsInUse,
  sweepReleases,
} from './releases'
import { type Selection, sourceOf } from './selection'

/** What an operator wants loaded. */
export interface Asked {
  file: PostcodeFile
  /** What the release shall be called. */
  name: string
  keepTerminated: boolean
}

type Known = Pick<Release, 'id' | 'name' | 'source'>

/** The loading of one release into one cell. */
export interface Load {
  cell: Cell
  selection: Selection
  release: Known
  /** How many lines this cell has kept. */
  kept: number
  /** How many rows the release in use has. */
  inUse: number
  /** Takes one line, and writes when a portion is full. */
  take(line: PostcodeLine, postcode: string): Promise<void>
  /** Writes what is left, lets the release take the old one's place, and removes that. */
  finish(lines: number): Promise<void>
}

/** A load for every cell that has tenants with councils or coded wards. Throws a `Fault` where none has. */
export async function planLoads(place: Place, asked: Asked): Promise<Load[]> {
  const cells = await acrossCells(place, [councilsOfTenants, codedWards, allReleases, rowsInUse])
  const loads = cells.flatMap(({ cell, found: [councils, wards, releases, [used]] }) => {
    const selection = { councils: codesOf(councils), wards: codesOf(wards) }
    const known = { releases, inUse: used?.rows ?? 0 }
    return councils.length + wards.length > 0 ? planLoad(cell, selection, known, asked) : []
  })
  if (loads.length > 0) return loads
  const command = 'npm run --silent tenants -- update --slug acme --council-code E06000052'
  throw new UsageError(`No tenant has a council code, and no ward has a code: "${command}" sets a tenant's`)
}

const codesOf = (rows: { code: string }[]) => new Set(rows.map(({ code }) => code))

interface InCell {
  releases: Release[]
  inUse: number
}

function planLoad(cell: Cell, selection: Selection, { releases, inUse }: InCell, asked: Asked): Load {
  const { file, name, keepTerminated } = asked
  const source = sourceOf(file, selection, keepTerminated)
  const known = releases.find((one) => one.source === source && (one.active || !one.loadedAt))
  const { id, linesDone } = known ?? { id: nextId(releases), linesDone: 0 }
  const release = { id, name: known?.name ?? name, source }
  const state = {
    linesDone,
    isBegun: known !== undefined,
    isLoaded: known?.active ?? false,
    isStale: releases.some((one) => one.id !== id),
    inUse,
  }
  const which = `"${release.name}" in cell ${cell.number}`
  if (state.isLoaded) tell(`${which} is already loaded`)
  else if (known) tell(`Resuming ${which} after line ${grouped(linesDone)}`)
  return newLoad(cell, selection, release, state)
}

interface State {
  /** Up to which line all is written. */
  linesDone: number
  /** Whether the database has the release. */
  isBegun: boolean
  /** Whether it has all of it, in use. */
  isLoaded: boolean
  /** Whether it has others. */
  isStale: boolean
  inUse: number
}

function newLoad(cell: Cell, selection: Selection, release: Known, state: State): Load {
  const { linesDone, isLoaded, isStale, inUse } = state
  let { isBegun } = state
  let portion = newPortion()

  async function write(upTo: number, ...then: BoundStatement[]): Promise<void> {
    const noted = isBegun ? noteProgress(release.id, upTo) : beginRelease({ ...release, linesDone: upTo })
    const [[found]] = await run(cell, [noted, insertPortion(release.id, portion), ...then]).catch(explain)
    if (!found) throw new UsageError('Another import has taken the place of this one: the same command begins anew')
    isBegun = true
    portion = newPortion()
  }

  const load: Load = {
    cell,
    selection,
    release,
    kept: 0,
    inUse,
    async take({ number, ward, council }, postcode) {
      load.kept++
      if (isLoaded || number <= linesDone) return
      portion.add(postcode, ward, council)
      if (portion.isFull()) await write(number)
    },
    async finish(lines) {
      if (!isLoaded) await write(lines, activate(release.id))
      if (isStale) await sweep(cell)
    },
  }
  return load
}

function explain(error: unknown): never {
  if (error instanceof Taken) throw new UsageError('Another import has begun just now: wait until it has ended')
  throw error instanceof UsageError ? new UsageError(`${error.message}. The same command goes on from here.`) : error
}

/** Removes what nobody reads, portion by portion: each is far from the 30 seconds that D1 gives a statement. */
async function sweep(cell: Cell): Promise<void> {
  tell(`Removing older releases from cell ${cell.number}`)
  for (;;) {
    const [, , left] = await run(cell, sweepReleases)
    if (left.length === 0) return
  }
}
