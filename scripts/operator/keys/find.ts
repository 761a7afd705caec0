import { type FoundKey, keysWith } from '../../../src/db/operator-keys'
import { type Cell, type Place, placeOf } from '../cells'
import { note, type PlaceOptions, print } from '../command'
import { acrossCells } from '../database'
import { UsageError } from '../fault'
import { noKey } from '../key-records'
import { textOf } from '../output'
import { type Mark, readMark } from './mark'

/** Prints every key that has this text, prefix or id, of whichever tenant. */
export async function findKey(given: string | undefined, options: PlaceOptions): Promise<void> {
  const found = await foundIn(placeOf(options), await readMark(given))
  if (found.length === 0) throw noKey(given)
  const shown = found.map(({ cell, key }) => shownOf(cell, key))
  if (options.json) print(shown, options)
  else console.log(shown.map((one) => textOf(one)).join('\n\n'))
}

/** The id of the one key that has this text, prefix or id. Throws a `UsageError` for none, and for several families. */
export async function idOfKey(given: string | undefined, place: Place): Promise<string> {
  const mark = await readMark(given)
  if (mark.by === 'id') return mark.value
  const found = await foundIn(place, mark)
  const [first] = found
  if (!first) throw noKey()
  if (new Set(found.map(({ key }) => key.familyId)).size > 1) {
    const list = found.map(({ key }) => `${key.id} (${key.tenant}, ${stateOf(key)})`).join(', ')
    throw new UsageError(`Several keys begin so: name one by its id: ${list}`)
  }
  note(`Found ${first.key.id} of "${first.key.tenant}".`)
  return first.key.id
}

async function foundIn(place: Place, { by, value }: Mark) {
  const answers = await acrossCells(place, [keysWith(by, value)])
  return answers.flatMap(({ cell, found: [keys] }) => keys.map((key) => ({ cell, key })))
}

function shownOf(cell: Cell, key: FoundKey) {
  const { tenant, id, familyId, name, prefix, userEmail, role, scopes, limit, windowSeconds } = key
  const { expiresAt, allowedAddresses, revokedAt, lastUsedAt, createdAt } = key
  return {
    ...{ tenant, cell: cell.number, id, familyId, name, prefix, userEmail, role, scopes, state: stateOf(key) },
    ...{ lastUsedAt, limit, windowSeconds, allowedAddresses, createdAt, expiresAt, revokedAt },
  }
}

/** Whether a key works, and if not, why. */
function stateOf({ revokedAt, expiresAt, now, userEnabled, tenantClosedAt }: FoundKey): string {
  if (revokedAt !== null) return 'revoked'
  if (expiresAt !== null && expiresAt <= now) return 'expired'
  if (tenantClosedAt !== null) return 'tenant closed'
  return userEnabled ? 'live' : 'user disabled'
}
