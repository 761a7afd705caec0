import type { Context } from 'hono'
import type { AppEnv } from '../app-env'
import { endOthers, insertSuccessor, replacementOfKey, revocationOfFamily, revokeFamily } from '../db/key-rotation'
import { standingOfCaller } from '../db/key-standing'
import { creationOfServiceUser, familyOfKey, filingOfKey, holderById, insertKey, insertServiceUser } from '../db/keys'
import { together } from '../db/query'
import { recordAct } from '../db/records'
import { newId } from '../domain/id'
import { serviceEmail } from '../domain/service-user'
import type { Role, Scope } from '../domain/vocabulary'
import { type Settings, settingsOf } from '../env'
import { ApiError, type FieldFault, invalidFields } from '../errors'
import { hashKey, mintKey, prefixLength } from '../gate/key-format'
import { requireRole } from '../gate/requirement'
import type { Trip } from '../gate/trip'
import type { Key, NewKey } from './key-schemas'

/** A key as it is answered once, with the key itself. */
type MadeKey = Key & { key: string }

/** Makes a key, the first of its family, in the maker's own cell. It ends no later than its maker's. */
export async function createKey(c: Context<AppEnv>, asked: NewKey): Promise<MadeKey> {
  const { trip } = c.var
  const { keyWindow, tenantKeys: most } = settingsOf(c.env)
  const [[user]] = await trip.read({ holderId: asked.userId || null }, holderById)
  const role = asked.role ?? user?.role
  requireWithin(trip, asked.scopes, role)
  requireUsable(asked, keyWindow, user, trip.principal.key.expiresAt)
  if (!role) throw new Error('A key without a holder')

  const minted = await mint(trip)
  const values = {
    ...trip.stamp,
    ...minted.row,
    ...(asked.role ? serviceUser(trip, asked.role) : nobody),
    role,
    holderId: user?.id ?? null,
    name: asked.name,
    scopes: asked.scopes.join(' '),
    quota: asked.limit ?? null,
    ownWindowSeconds: asked.windowSeconds ?? null,
    expiresAt: asked.expiresAt ?? trip.principal.key.expiresAt,
    most,
  }
  const newcomer = [
    insertServiceUser.bind(values),
    recordAct(values, 'user.create', values.serviceId, creationOfServiceUser),
  ]
  const [standing, , [made]] = await trip.write(
    standingOfCaller.bind(values),
    together(asked.role ? newcomer : []),
    insertKey.bind(values),
    recordAct(values, 'key.create', minted.row.newId, filingOfKey),
  )
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
    revokedAt: null,
    lastUsedAt: null,
    createdAt: trip.now,
  }
}

/** Makes the next key of a family and ends its other keys when the grace period is over, or at their own end if sooner. */
export async function rotateKey(c: Context<AppEnv>, id: string, graceSeconds: number): Promise<MadeKey> {
  const { trip } = c.var
  const family = await getFamily(trip, id)
  requireWithin(trip, family.scopes, family.role)
  if (family.revokedAt) throw ended('This key is revoked: make a new one')
  if (family.expiresAt && family.expiresAt <= trip.now) throw ended('This key has expired: make a new one')

  const minted = await mint(trip)
  const { tenantKeys: most } = settingsOf(c.env)
  const end = new Date(Date.parse(trip.now) + graceSeconds * 1000).toISOString()
  const makersEnd = trip.principal.key.expiresAt
  const values = { ...trip.stamp, ...minted.row, family: family.familyId, graceSeconds, end, makersEnd, most }
  const [standing, [made]] = await trip.write(
    standingOfCaller.bind(values),
    insertSuccessor.bind(values),
    recordAct(values, 'key.rotate', family.id, replacementOfKey),
    endOthers.bind(values),
    recordAct(values, 'key.create', minted.row.newId, filingOfKey),
  )
  if (!made) requireStanding(standing, most)
  if (!made) throw ended('This key was revoked or has expired just now: make a new one')
  const { familyId, name, userId, role, scopes, limit, windowSeconds, lastUsedAt } = family
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
    revokedAt: null,
    lastUsedAt,
    createdAt: made.createdAt,
  }
}

/** Revokes a key's whole family; one that is revoked already stays so. */
export async function revokeKey(c: Context<AppEnv>, id: string): Promise<void> {
  const { trip } = c.var
  const family = await getFamily(trip, id)
  if (family.revokedAt) return
  const values = { ...trip.stamp, family: family.familyId, leadId: family.id }
  const [standing] = await trip.write(
    standingOfCaller.bind(values),
    recordAct(values, 'key.revoke', id, revocationOfFamily),
    revokeFamily.bind(values),
  )
  if (standing.isReplaced) throw new ApiError('key_replaced')
}

const shownDays = 30
const dayMs = 24 * 3600 * 1000

/** What a key's family has been used for, day by day, from the row that its window is kept in. */
export async function usageOfKey(c: Context<AppEnv>, id: string) {
  const { trip } = c.var
  const { days, total, lastUsedAt } = await getFamily(trip, id)
  const counts = new Map(Array.from(days.matchAll(/(\d{8})(\d{9})/g), ([, day, count]) => [day, Number(count)]))
  const today = Date.parse(trip.now)
  const shown = Array.from({ length: shownDays }, (_, index) => {
    const date = new Date(today - (shownDays - 1 - index) * dayMs).toISOString().slice(0, 10)
    return { date, requests: counts.get(date.replaceAll('-', '')) ?? 0 }
  })
  return { days: shown, total, lastUsedAt }
}

async function getFamily(trip: Trip, id: string) {
  const [[family]] = await trip.read({ id }, familyOfKey)
  if (!family) throw new ApiError('not_found')
  return family
}

/** Throws 403 for a key that would have scopes or a role beyond its maker's. */
function requireWithin(trip: Trip, scopes: readonly Scope[], role: Role | undefined): void {
  const requiredScope = scopes.find((scope) => !trip.principal.scopes.includes(scope))
  if (requiredScope) throw new ApiError('scope_required', { details: { requiredScope } })
  if (role) requireRole(trip.principal, role)
}

const unknown: FieldFault = { code: 'unknown_reference', message: 'Refers to nothing that can be used here' }

const unfit: FieldFault = {
  code: 'unknown_reference',
  message: 'The service user of this role is disabled, or has another role',
}

/** Throws what stopped a key from being filed: 403 for a maker that has been replaced, 409 for a tenant without room. */
function requireStanding({ isReplaced, live }: { isReplaced: boolean; live: number }, most: number): void {
  if (isReplaced) throw new ApiError('key_replaced')
  if (live < most) return
  const message = `This tenant has ${live} live keys and may have ${most}: revoke one first`
  throw new ApiError('conflict', { message })
}

/**
 * Throws 422 for a user who cannot hold a key, for an end later than the maker's, and for a limit that is not a lowered
 * one: at most the default's requests and at least its window, so that neither the rate nor the burst can be above it.
 */
function requireUsable(
  asked: NewKey,
  most: Settings['keyWindow'],
  user: { id: string } | undefined,
  makersEnd: string | null,
): void {
  const fields: Record<string, FieldFault> = {}
  if (asked.userId && !user) fields.userId = unknown
  if (asked.expiresAt && makersEnd && asked.expiresAt > makersEnd) {
    fields.expiresAt = { code: 'range', message: `Must not be later than your own key's end, ${makersEnd}` }
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

/** The user who holds a tenant's keys of a role that nobody in particular holds. */
function serviceUser({ principal, now }: Trip, role: Role) {
  const address = serviceEmail(role, principal.tenant.slug)
  return { serviceId: newId(now), serviceName: `Service (${role})`, serviceEmail: address }
}

async function mint({ cell, now }: Trip) {
  const key = mintKey(cell)
  return { key, row: { hash: await hashKey(key), newId: newId(now), prefix: key.slice(0, prefixLength) } }
}

const ended = (message: string) => new ApiError('conflict', { message })
