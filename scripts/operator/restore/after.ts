import { recordAudit } from '../../../src/db/audit'
import { auditOfRevocation, revokeFamily } from '../../../src/db/keys/key-rotation'
import type { Erasure, KeyState } from '../../../src/db/restored'
import type { Cell } from '../cells'
import { note } from '../command'
import { run } from '../database'
import { getFamily } from '../key-records'
import { table } from '../output'
import { actorOf } from '../records'
import type { State } from './before'

/** What a restore has brought back or taken away, and somebody must see to. */
export interface Due {
  /** Keys that were dead and open something again. */
  revived: KeyState[]
  /** Keys that were live and are not there any more, or dead. */
  gone: KeyState[]
  /** Erasures that are undone. */
  undone: Erasure[]
}

/** Compares a cell before and after a restore. */
export function dueAfter(before: State, after: State): Due {
  const liveIn = ({ keys }: State, id: string) => keys.some((key) => key.keyId === id && key.live)
  return {
    revived: after.keys.filter(({ keyId, live }) => live && !liveIn(before, keyId)),
    gone: before.keys.filter(({ keyId, live }) => live && !liveIn(after, keyId)),
    undone: before.erasures.filter(({ entryId }) => !after.erasures.some((one) => one.entryId === entryId)),
  }
}

/** Shows what must be done now. */
export function showDue({ place }: Cell, { revived, gone, undone }: Due): void {
  const rowsOf = (keys: KeyState[]) => keys.map(({ tenant, keyId, prefix }) => [tenant, keyId, prefix])
  note('What to do now:')
  if (revived.length > 0) {
    note(`- These keys were dead, by revocation, rotation or a disabled user, and open the API again. Revoke each:
  npm run keys -- revoke ID --env ${place.env}`)
    note(table(['tenant', 'key', 'prefix'], rowsOf(revived)))
  } else note('- No key that was dead is live again.')
  if (gone.length > 0) {
    note('- These keys were made since, and are gone: their holders need new ones.')
    note(table(['tenant', 'key', 'prefix'], rowsOf(gone)))
  }
  if (undone.length > 0) {
    note('- These residents’ records were erased since, and are back. Erase them again: docs/data-protection.md.')
    note(
      table(
        ['tenant', 'erased', 'record'],
        undone.map((one) => [one.tenant, one.action, one.targetId]),
      ),
    )
  }
  note('- Disabled users and changed settings are as they were then; the daily job anonymises again what was due.')
  note('- The log of changes went back, and its numbers are given out again: whoever keeps a copy must begin anew.')
}

/** Revokes the families of keys, as the operators' command does, and yields the ids of the keys revoked. */
export async function revokeAgain(cell: Cell, revived: readonly KeyState[]): Promise<string[]> {
  const revoked: string[] = []
  const firstOfFamilies = new Map(revived.map((key) => [key.familyId, key.keyId]))
  for (const id of firstOfFamilies.values()) {
    const { family } = await getFamily(cell.place, id)
    const values = { ...actorOf(family.tenantId, family.now), family: family.familyId, leadId: family.id }
    const [, ended] = await run(cell, [
      recordAudit(values, 'key.revoke', id, auditOfRevocation),
      revokeFamily.bind(values),
    ])
    revoked.push(...ended.map((one) => one.id))
  }
  return revoked
}
