import { familyOfAnyKey } from '../../src/db/operators'
import { keyRow, mintKey } from '../../src/gate/key-format'
import type { Cell, Place } from './cells'
import { type PlaceOptions, print } from './command'
import { acrossCells } from './database'
import { UsageError } from './fault'
import { textOf } from './output'

/** Limits of a key made by an operator: no maker's expiry and no maximum number of keys. */
export const unbounded = { makersEnd: null, most: Number.MAX_SAFE_INTEGER }

/** A key just made: the text for its holder, and what the database keeps of it. */
export async function newKey(cell: Cell, now: string) {
  const key = mintKey(cell.number)
  return { key, row: await keyRow(key, now) }
}

/** Prints a new key: for people on a line of its own, since this is the only time. */
export function printNew(
  key: string,
  { json }: PlaceOptions,
  { id, ...fields }: { id: string } & Record<string, unknown>,
): void {
  if (json) print({ id, key, ...fields }, { json })
  else console.log(`${textOf({ id, ...fields })}\n\nThe key, which is not shown again:\n${key}`)
}

/** What an id looks like. Nothing else is ever printed back: it may be a key, or most of one. */
const idShape = /^[0-9A-HJKMNP-TV-Z]{26}$/

/** The error of a key that does not exist. */
export const noKey = (id = '') =>
  new UsageError(
    `There is no such key${idShape.test(id) ? `: ${id}` : ''}. "npm run --silent keys -- list --tenant <slug>" shows the ids`,
  )

/** Finds a key's family by the key's id, in whichever cell it lives. Throws a `UsageError` where none does. */
export async function getFamily(place: Place, id: string) {
  const answers = await acrossCells(place, [familyOfAnyKey(id)])
  for (const { cell, found } of answers) {
    const [[family]] = found
    if (family) return { cell, family }
  }
  throw noKey(id)
}
