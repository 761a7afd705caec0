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
import { allowanceOf, rangeBeyond } from '../../domain/address-ranges'
import { serviceUser } from '../../domain/service-user'
import { usageByDay } from '../../domain/usage'
import type { Role, Scope } from '../../domain/vocabulary'
import { ApiError, type FieldError, invalidFields } from '../../errors'
import type { Gate } from '../../gate/gate'
import { keyRow, mintKey } from '../../gate/key-format'
import type { Principal } from '../../gate/principal'
import { requireRole } from '../../gate/requirement'
import { type Settings, settingsOf } from '../../settings'
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

const shownDays = 30

/** Daily usage of a key's family, from the row of its window. */
export async function usageOfKey(c: Context<AppEnv>, id: string) {
  const { gate } = c.var
  const { days, total, lastUsedAt } = await getFamily(gate, id)
  return { days: usageByDay(days, gate.now, shownDays), total, lastUsedAt }
}

async function getFamily(gate: Gate, id: string) {
  const { family } = await gate.read({ id }, { family: familyOfKey })
  if (!family) throw new ApiError('not_found')
  return family
}

/** Throws 403 for a key that would have scopes or a role beyond its maker's. */
function requireWithin(gate: Gate, scopes: readonly Scope[], role: Role | undefined): void {
  const requiredScope = scopes.find((scope) => !gate.principal.scopes.includes(scope))
  if (requiredScope) throw new ApiError('scope_required', { details: { requiredScope } })
  if (role) requireRole(gate.principal, role)
}

/**
 * Throws 403 for a successor that could be used from addresses that its maker's key may not. It has its family's, so nothing in
 * the request can narrow it.
 */
function requireReachable({ principal }: Gate, addresses: readonly string[] | null): void {
  const own = principal.key.allowedAddresses
  if (own && (!addresses || rangeBeyond(addresses, own) !== undefined)) {
    const message =
      'That key may be used from addresses that yours may not: rotate it with a key that may be used from them all'
    throw new ApiError('forbidden', { message })
  }
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

/**
 * Throws 422 for a user who cannot hold a key, for an end later than the maker's or addresses beyond, and for a limit that is not a lowered
 * one: at most the default's requests and at least its window, so that neither the rate nor the burst can be above it.
 */
function requireUsable(
  asked: NewKey,
  most: Settings['keyWindow'],
  user: { id: string } | undefined,
  { expiresAt: makersEnd, allowedAddresses: makersAddresses }: Principal['key'],
): void {
  const fields: Record<string, FieldError> = {}
  if (asked.userId && !user) fields.userId = unknown
  if (asked.expiresAt && makersEnd && asked.expiresAt > makersEnd) {
    fields.expiresAt = { code: 'range', message: `Must not be later than your own key's expiry, ${makersEnd}` }
  }
  const beyond = makersAddresses && asked.allowedAddresses && rangeBeyond(asked.allowedAddresses, makersAddresses)
  if (beyond) {
    fields.allowedAddresses = { code: 'range', message: `Your own key may not be used from all of ${beyond}` }
  }
  if (asked.limit && asked.limit > most.limit) {
    fields.limit = { code: 'range', message: `Must be at most ${most.limit}: over HTTP a limit can only be lowered` }
  }
  if (asked.windowSeconds && asked.windowSeconds < most.seconds) {
    const message = `Must be at least ${most.seconds}: over HTTP a limit can only be lowered`
    fields.windowSeconds = { code: 'range', message }
  }
  if (Object.keys(fields).length > 0) throw invalidFields(fields)
}

const nobody = { serviceId: '', serviceName: null, serviceEmail: null }

async function mint({ cell, now }: Gate) {
  const key = mintKey(cell)
  return { key, row: await keyRow(key, now) }
}

const ended = (message: string) => new ApiError('conflict', { message })
