import { familyOfAnyKey } from '../../src/db/operators'
import { keyRow, mintKey } from '../../src/gate/key-format'
import type { Cell, Place } from './cells'
import { acrossCells } from './database'
import { UsageError } from './fault'

/** Limits of a key made by an operator: no maker's expiry and no maximum number of keys. */
export const unbounded = { makersEnd: null, most: Number.MAX_SAFE_INTEGER }

/** A key just made: the text for its holder, and what the database keeps of it. */
export async function newKey(cell: Cell, now: string) {
  const key = mintKey(cell.number)
  return { key, row: await keyRow(key, now) }
}

/** Finds a key's family by the key's id, in whichever cell it lives. Throws a `UsageError` where none does. */
export async function getFamily(place: Place, id: string) {
  const answers = await acrossCells(place, [familyOfAnyKey(id)])
  for (const { cell, found } of answers) {
    const [[family]] = found
    if (family) return { cell, family }
  }
  throw new UsageError(`There is no key "${id}": "npm run --silent keys -- list --tenant <slug>" shows the ids`)
}
