import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import { recordAnotherAudit, recordAudit } from '../../db/audit'
import {
  auditOfOwnRevocation,
  auditOfRevocation,
  endOthers,
  insertSuccessor,
  replacementOfKey,
  revokeFamily,
  revokeOwnFamily,
} from '../../db/keys/key-rotation'
import { standingOfCaller } from '../../db/keys/key-standing'
import {
  auditOfNewKey,
  auditOfNewServiceUser,
  familyOfKey,
  holderById,
  insertKey,
  insertServiceUser,
} from '../../db/keys/keys'
import { allowanceOf } from '../../domain/address-ranges'
import { serviceUser } from '../../domain/service-user'
import { keptDays, usageByDay } from '../../domain/usage'
import { ApiError, type FieldError, invalidFields } from '../../errors'
import type { Gate } from '../../gate/gate'
import { keyRow, mintKey } from '../../gate/key-format'
import type { Principal } from '../../gate/principal'
import { type Settings, settingsOf } from '../../settings'
import { grantFaults, requireReachable, requireWithin } from './key-grants'
import type { Key, NewKey } from './key-schemas'

/** A new key, including the key itself: answered once. */
export type MadeKey = Key & { key: string }

/** Makes a key, the first of its family, in the maker's own cell. It ends no later than its maker's. */
export async function createKey(c: Context<AppEnv>, asked: NewKey): Promise<MadeKey> {
  const { gate } = c.var
  const { keyWindow, tenantKeys: most } = settingsOf(c.env)
  const { user } = await gate.read({ holderId: asked.userId || null }, { user: holderById })
  const role = asked.role ?? user?.role
  requireWithin(gate, asked.scopes, role)
  requireUsable(asked, keyWindow, user, gate.principal.key)
  if (!role) throw new Error('A key without a holder')

  const allowedAddresses = asked.allowedAddresses ?? gate.principal.key.allowedAddresses
  const minted = await mint(gate)
  const values = {
    ...gate.actor,
    ...minted.row,
    ...(asked.role ? serviceUser(asked.role, gate.principal.tenant.slug, gate.now) : nobody),
    role,
    holderId: user?.id ?? null,
    name: asked.name,
    scopes: asked.scopes.join(' '),
    quota: asked.limit ?? null,
    windowSeconds: asked.windowSeconds ?? null,
    expiresAt: asked.expiresAt ?? gate.principal.key.expiresAt,
    ...allowanceOf(allowedAddresses),
    most,
  }
  const { standing, made } = await gate.write({
    standing: standingOfCaller.bind(values),
    ...(asked.role && {
      serviceUser: insertServiceUser.bind(values),
      auditOfUser: recordAudit(values, 'user.create', values.serviceId, auditOfNewServiceUser),
    }),
    made: insertKey.bind(values),
    audit: recordAnotherAudit(values, 'key.create', minted.row.newId, auditOfNewKey),
  })
  if (!made) requireStanding(standing, most)
  if (!made) throw invalidFields(asked.role ? { role: unfit } : { userId: unknown })
  return {
    key: minted.key,
    id: minted.row.newId,
    familyId: minted.row.newId,
    prefix: minted.row.prefix,
    name: asked.name,
    userId: made.userId,
    role,
    scopes: asked.scopes,
    limit: asked.limit ?? keyWindow.limit,
    windowSeconds: asked.windowSeconds ?? keyWindow.seconds,
    expiresAt: values.expiresAt,
    allowedAddresses,
    revokedAt: null,
    lastUsedAt: null,
    createdAt: made.createdAt,
  }
}

/** Makes the next key of a family and ends its other keys when the grace period is over, or at their own end if sooner. */
export async function rotateKey(c: Context<AppEnv>, id: string, graceSeconds: number): Promise<MadeKey> {
  const { gate } = c.var
  const family = await getFamily(gate, id)
  requireWithin(gate, family.scopes, family.role)
  requireReachable(gate, family.allowedAddresses)
  if (family.revokedAt) throw ended('This key has been revoked; create a new one')
  if (family.expiresAt && family.expiresAt <= gate.now) throw ended('This key has expired; create a new one')

  const minted = await mint(gate)
  const { tenantKeys: most } = settingsOf(c.env)
  const makersEnd = gate.principal.key.expiresAt
  const values = { ...gate.actor, ...minted.row, family: family.familyId, graceSeconds, makersEnd, most }
  const { standing, made } = await gate.write({
    standing: standingOfCaller.bind(values),
    made: insertSuccessor.bind(values),
    // Before the others end: it looks for the one that is replaced.
    auditOfRotation: recordAudit(values, 'key.rotate', family.id, replacementOfKey),
    ended: endOthers.bind(values),
    audit: recordAnotherAudit(values, 'key.create', minted.row.newId, auditOfNewKey),
  })
  if (!made) requireStanding(standing, most)
  if (!made) throw ended('This key has just been revoked or has expired; create a new one')
  const { familyId, name, userId, role, scopes, limit, windowSeconds, allowedAddresses, lastUsedAt } = family
  return {
    key: minted.key,
    id: minted.row.newId,
    familyId,
    prefix: minted.row.prefix,
    name,
    userId,
    role,
    scopes,
    limit,
    windowSeconds,
    expiresAt: made.expiresAt,
    allowedAddresses,
    revokedAt: null,
    lastUsedAt,
    createdAt: made.createdAt,
  }
}

/** Revokes a key's whole family; revoking again changes nothing. */
export async function revokeKey(c: Context<AppEnv>, id: string): Promise<void> {
  const { gate } = c.var
  const family = await getFamily(gate, id)
  if (family.revokedAt) return
  const values = { ...gate.actor, family: family.familyId, leadId: family.id }
  const { standing } = await gate.write({
    standing: standingOfCaller.bind(values),
    // Before the revocation, which leaves nothing to revoke.
    audit: recordAudit(values, 'key.revoke', id, auditOfRevocation),
    revoked: revokeFamily.bind(values),
  })
  if (standing.isReplaced) throw new ApiError('key_replaced')
}

/** Revokes the caller's own family, whatever the key may do: whoever finds a key can end it. */
export async function revokeCurrentKey(c: Context<AppEnv>): Promise<void> {
  const { gate } = c.var
  await gate.read({}, {})
  const { id, familyId } = gate.principal.key
  const values = { ...gate.actor, family: familyId, leadId: id }
  await gate.write({
    // Before the revocation, which leaves nothing to revoke.
    audit: recordAudit(values, 'key.revoke', id, auditOfOwnRevocation),
    revoked: revokeOwnFamily.bind(values),
  })
}

/** Daily usage of a key's family, from the row of its window. */
export async function usageOfKey(c: Context<AppEnv>, id: string) {
  const { gate } = c.var
  const { days, total, lastUsedAt } = await getFamily(gate, id)
  return { days: usageByDay(days, gate.now, keptDays), total, lastUsedAt }
}

/** The family of the key `id`, as its newest live key. Throws 404. */
export async function getFamily(gate: Gate, id: string) {
  const { family } = await gate.read({ id }, { family: familyOfKey })
  if (!family) throw new ApiError('not_found')
  return family
}

const unknown: FieldError = { code: 'unknown_reference', message: 'Does not exist or is not available' }

const unfit: FieldError = {
  code: 'unknown_reference',
  message: 'The service user for this role is disabled or has a different role',
}

/** Throws the obstacle to a new key: 403 if the maker's key has been replaced, 409 if the tenant has no room. */
function requireStanding({ isReplaced, live }: { isReplaced: boolean; live: number }, most: number): void {
  if (isReplaced) throw new ApiError('key_replaced')
  if (live < most) return
  const message = `This tenant has ${live} live keys and may have ${most}: revoke one first`
  throw new ApiError('conflict', { message })
}

/** Throws 422 for a user who cannot hold a key, and for what `grantFaults` finds. */
function requireUsable(
  asked: NewKey,
  most: Settings['keyWindow'],
  user: { id: string } | undefined,
  maker: Principal['key'],
): void {
  const fields = grantFaults(asked, most, maker)
  if (asked.userId && !user) fields.userId = unknown
  if (Object.keys(fields).length > 0) throw invalidFields(fields)
}

const nobody = { serviceId: '', serviceName: null, serviceEmail: null }

async function mint({ cell, now }: Gate) {
  const key = mintKey(cell)
  return { key, row: await keyRow(key, now) }
}

/** 409 for a family that has ended. */
export const ended = (message: string) => new ApiError('conflict', { message })
