import { recordAnotherAudit, recordAudit } from '../../../src/db/audit'
import { endOthers, insertSuccessor, replacementOfKey } from '../../../src/db/keys/key-rotation'
import { auditOfNewKey } from '../../../src/db/keys/keys'
import { placeOf } from '../cells'
import type { PlaceOptions } from '../command'
import { run } from '../database'
import { UsageError } from '../fault'
import { getFamily, newKey, printNew, unbounded } from '../key-records'
import { actorOf } from '../records'

/** Makes the next key of a family, ends the others after a grace period in seconds, and prints the new one. */
export async function rotateKey(id: string, { grace, ...options }: PlaceOptions & { grace: number }): Promise<void> {
  const { cell, family } = await getFamily(placeOf(options), id)
  const { tenantId, now, ...inherited } = family
  if (family.revokedAt) throw new UsageError(`Key ${id} has been revoked; create a new one with "create"`)
  if (family.expiresAt && family.expiresAt <= now)
    throw new UsageError(`Key ${id} has expired; create a new one with "create"`)

  const { key, row } = await newKey(cell, now)
  const values = {
    ...actorOf(tenantId, now),
    ...row,
    ...unbounded,
    family: family.familyId,
    graceSeconds: grace,
  }
  const [made, , ended] = await run(cell, [
    insertSuccessor.bind(values),
    recordAudit(values, 'key.rotate', family.id, replacementOfKey),
    endOthers.bind(values),
    recordAnotherAudit(values, 'key.create', row.newId, auditOfNewKey),
  ])
  if (!made) throw new UsageError(`Key ${id} has just been revoked or has expired; create a new one with "create"`)
  const [replaced] = ended.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
  const rotatedFrom = replaced ? { id: replaced.id, expiresAt: replaced.expiresAt } : null
  printNew(key, options, { ...inherited, id: row.newId, prefix: row.prefix, ...made, rotatedFrom })
}
