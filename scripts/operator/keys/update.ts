import { recordAudit } from '../../../src/db/audit'
import { anyLimit, auditOfKeyChange, type KeyChanges, updateFamily } from '../../../src/db/keys/key-changes'
import { allowanceOf } from '../../../src/domain/address-ranges'
import type { Scope } from '../../../src/domain/vocabulary'
import { placeOf } from '../cells'
import { type PlaceOptions, print } from '../command'
import { run } from '../database'
import { UsageError } from '../fault'
import { getFamily } from '../key-records'
import { actorOf } from '../records'

/** Options of `keys update`. */
export interface KeyUpdate extends PlaceOptions {
  limit?: number | 'default'
  window?: number | 'default'
  scopes?: Scope[]
  name?: string
  allow?: string[]
  allowAny?: boolean
  expires?: string
  neverExpires?: boolean
}

/** Changes the live keys of a family, from their next request on, and prints what is changed. */
export async function updateKey(id: string, options: KeyUpdate): Promise<void> {
  const changes = changesOf(options)
  const { cell, family } = await getFamily(placeOf(options), id)
  const values = { ...actorOf(family.tenantId, family.now), ...anyLimit, family: family.familyId, leadId: family.id }
  const [, changed] = await run(cell, [
    recordAudit(values, 'key.update', family.id, auditOfKeyChange),
    updateFamily(changes, values),
  ])
  if (changed.length === 0)
    throw new UsageError(`Key ${id} has been revoked or has expired; create a new one with "create"`)
  const { family: after } = await getFamily(placeOf(options), family.id)
  const { tenantId, now, revokedAt, ...shown } = after
  print({ ...shown, changed: changed.map((one) => one.id) }, options)
}

function changesOf({ limit, window, scopes, name, allow, allowAny, expires, neverExpires }: KeyUpdate): KeyChanges {
  const changes: KeyChanges = {
    ...(limit !== undefined && { quota: limit === 'default' ? null : limit }),
    ...(window !== undefined && { windowSeconds: window === 'default' ? null : window }),
    ...(scopes && { scopes: scopes.join(' ') }),
    ...(name !== undefined && { name: name || null }),
    ...((allow || allowAny) && allowanceOf(allow ?? null)),
    ...((expires || neverExpires) && { expiresAt: expires ?? null }),
  }
  if (Object.keys(changes).length > 0) return changes
  throw new UsageError(
    'Provide at least one of --limit, --window, --scopes, --name, --allow, --allow-any, --expires and --never-expires',
  )
}
