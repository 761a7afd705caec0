import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import { recordAudit } from '../../db/audit'
import { auditOfKeyChange, type KeyChanges as Columns, updateFamily } from '../../db/keys/key-changes'
import { standingOfCaller } from '../../db/keys/key-standing'
import { allowanceOf } from '../../domain/address-ranges'
import { ApiError, invalidFields } from '../../errors'
import { settingsOf } from '../../settings'
import { grantFaults, requireReachable, requireWithin } from './key-grants'
import { ended, getFamily } from './key-rules'
import type { Key, KeyChanges } from './key-schemas'

/** A key after a change. */
type Changeable = Pick<Key, 'name' | 'scopes' | 'limit' | 'windowSeconds' | 'expiresAt' | 'allowedAddresses'>

/** Changes a family's live keys, from their next request on: never beyond the caller's own key, and limits only downwards. */
export async function changeKey(c: Context<AppEnv>, id: string, asked: KeyChanges): Promise<Key> {
  const { gate } = c.var
  const { total: _total, days: _days, ...family } = await getFamily(gate, id)
  const { principal } = gate
  const { keyWindow, tenantKeys: most } = settingsOf(c.env)
  const after: Changeable = {
    name: asked.name === undefined ? family.name : asked.name,
    scopes: asked.scopes ?? family.scopes,
    limit: asked.limit === undefined ? family.limit : (asked.limit ?? keyWindow.limit),
    windowSeconds:
      asked.windowSeconds === undefined ? family.windowSeconds : (asked.windowSeconds ?? keyWindow.seconds),
    expiresAt: asked.expiresAt === undefined ? family.expiresAt : (asked.expiresAt ?? principal.key.expiresAt),
    allowedAddresses:
      asked.allowedAddresses === undefined
        ? family.allowedAddresses
        : (asked.allowedAddresses ?? principal.key.allowedAddresses),
  }
  requireWithin(gate, after.scopes, family.role)
  const limits = { limit: after.limit, windowSeconds: after.windowSeconds }
  const faults = grantFaults(
    { ...asked, ...limits },
    { limit: family.limit, seconds: family.windowSeconds },
    principal.key,
  )
  if (Object.keys(faults).length > 0) throw invalidFields(faults)
  requireReachable(gate, after.allowedAddresses)
  if (family.revokedAt) throw ended('This key has been revoked; create a new one')
  if (family.expiresAt && family.expiresAt <= gate.now) throw ended('This key has expired; create a new one')

  const columns = columnsOf(family, after, asked)
  if (Object.keys(columns).length === 0) return family
  const values = {
    ...gate.actor,
    ...{ family: family.familyId, leadId: family.id, most },
    newLimit: 'quota' in columns ? after.limit : null,
    newWindow: 'windowSeconds' in columns ? after.windowSeconds : null,
    ...{ defaultLimit: keyWindow.limit, defaultWindow: keyWindow.seconds },
  }
  const { standing, changed } = await gate.write({
    standing: standingOfCaller.bind(values),
    // Before the change, like every entry that looks for what is changed.
    audit: recordAudit(values, 'key.update', family.id, auditOfKeyChange),
    changed: updateFamily(columns, values),
  })
  if (standing.isReplaced) throw new ApiError('key_replaced')
  if (changed.length === 0) throw ended('This key has just been revoked or limited further, or has expired')
  return { ...family, ...after }
}

/** The columns that differ; a limit that was asked to be the default's is stored as none of its own. */
function columnsOf(family: Changeable, after: Changeable, asked: KeyChanges): Columns {
  const differs = (name: keyof Changeable) => JSON.stringify(family[name]) !== JSON.stringify(after[name])
  return {
    ...(differs('name') && { name: after.name }),
    ...(differs('scopes') && { scopes: after.scopes.join(' ') }),
    ...(differs('limit') && { quota: asked.limit ?? null }),
    ...(differs('windowSeconds') && { windowSeconds: asked.windowSeconds ?? null }),
    ...(differs('expiresAt') && { expiresAt: after.expiresAt }),
    ...(differs('allowedAddresses') && allowanceOf(after.allowedAddresses)),
  }
}
