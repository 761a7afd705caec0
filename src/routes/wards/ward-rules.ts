import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import type { Actor } from '../../db/actor'
import { recordAudit } from '../../db/audit'
import { recordChange } from '../../db/changes'
import {
  auditOfWardChange,
  changeOfWard,
  changesOfCouncillors,
  councillorsAmong,
  councillorsAreUsable,
  insertWard,
  linkCouncillors,
  unlinkCouncillors,
  updateWard,
  type Ward as WardRow,
  wardAfterWrite,
  wardById,
  wardNamed,
} from '../../db/directory/wards'
import { storeResult } from '../../db/idempotency'
import { fold } from '../../domain/fold'
import { newId } from '../../domain/id'
import { ApiError, invalidFields } from '../../errors'
import { writeChange } from '../../http/change-versioned'
import { changedFields, rethrowAsTaken, taken, unknownReference } from '../../http/conflicts'
import { expectedVersion, requireVersion } from '../../http/etag'
import type { NewWard, Ward, WardChanges } from './ward-schemas'

const nameTaken = 'A ward with this name already exists'
const rethrowTaken = rethrowAsTaken('wards.name_key', nameTaken)

/** A ward as presented by the API. */
export function presentWard({ nameKey: _nameKey, ...ward }: WardRow): Ward {
  const { id, tenantId, name, boundaryDescription, councilTier, latitude, longitude, enabled } = ward
  const { code, councillorIds, version, createdAt, updatedAt } = ward
  const place = { boundaryDescription, councilTier, latitude, longitude }
  return { id, tenantId, name, ...place, enabled, code, councillorIds, version, createdAt, updatedAt }
}

/** Creates a ward with its councillors. */
export async function createWard(c: Context<AppEnv>, body: NewWard): Promise<{ ward: Ward; location: string }> {
  const { gate } = c.var
  const nameKey = fold(body.name)
  const asked = body.councillorIds ?? []
  const { existing, known } = await gate.read(
    { nameKey, councillorIds: JSON.stringify(asked) },
    { existing: wardNamed, known: councillorsAmong },
  )
  requireCouncillors(asked, known)
  if (existing) throw taken(nameTaken, existing)

  const { actor } = gate
  const ward = newWard(actor, body)
  const location = `/api/wards/${ward.id}`
  const values = {
    ...actor,
    ...ward,
    nameKey,
    councillorIds: JSON.stringify(ward.councillorIds),
    askedIds: JSON.stringify(asked),
    expectedVersion: null,
  }
  const { inserted } = await gate
    .write({
      audit: recordAudit(actor, 'ward.create', ward.id),
      // Before all that may fail, so that a concurrent retry fails here and replays the stored result.
      result: storeResult(actor, gate.idempotency, { status: 201, location, body: ward }),
      usable: councillorsAreUsable.bind(values),
      inserted: insertWard.bind(values),
      change: recordChange(values, 'ward_updated', changeOfWard),
      councillors: recordChange(values, 'councillor_profile_updated', changesOfCouncillors),
      linked: linkCouncillors.bind(values),
    })
    .catch(rethrowTaken)
  return { ward: { ...ward, ...inserted, updatedAt: inserted.createdAt }, location }
}

function newWard({ now, tenantId }: Actor, body: NewWard): Ward {
  return {
    id: newId(now),
    tenantId,
    name: body.name,
    boundaryDescription: body.boundaryDescription ?? null,
    councilTier: body.councilTier ?? null,
    latitude: body.latitude ?? null,
    longitude: body.longitude ?? null,
    enabled: body.enabled ?? true,
    code: body.code ?? null,
    councillorIds: inOrder(body.councillorIds ?? []),
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
}

/** Changes a ward; existing councillors may stay, even if disabled. */
export async function changeWard(c: Context<AppEnv>, id: string, { version, ...body }: WardChanges): Promise<Ward> {
  const { gate } = c.var
  const { councillorIds, ...fields } = body
  const asked = councillorIds === null ? [] : councillorIds
  const nameKey = fields.name === undefined ? null : fold(fields.name)
  const { found, existing, known } = await gate.read(
    { id, nameKey, councillorIds: JSON.stringify(asked ?? []) },
    { found: wardById, existing: wardNamed, known: councillorsAmong },
  )
  const expected = expectedVersion(c, version, found)
  if (!found) throw new ApiError('not_found')
  if (asked) requireCouncillors(asked, [...known, ...found.councillorIds.map((one) => ({ id: one }))])
  requireVersion(expected, found)
  if (existing && existing.id !== id) throw taken(nameTaken, existing)

  const changes = changedFields(fields, found)
  const councillors = asked && JSON.stringify(inOrder(asked))
  const isRelinked = councillors !== undefined && councillors !== JSON.stringify(found.councillorIds)
  if (Object.keys(changes).length === 0 && !isRelinked) return presentWard(found)

  const target = { ...gate.actor, id, expectedVersion: expected ?? null }
  const links = { ...target, councillorIds: councillors, askedIds: JSON.stringify(asked) }
  const { after } = await writeChange(gate, expected, {
    // All that looks for the expected version goes before the change itself, which changes it.
    audit: recordAudit(target, 'ward.update', id, auditOfWardChange),
    change: recordChange(target, 'ward_updated', changeOfWard),
    ...(isRelinked && {
      usable: councillorsAreUsable.bind(links),
      councillors: recordChange(links, 'councillor_profile_updated', changesOfCouncillors),
      unlinked: unlinkCouncillors.bind(links),
      linked: linkCouncillors.bind(links),
    }),
    updated: updateWard(changes, target),
    after: wardAfterWrite.bind(target),
  }).catch(rethrowTaken)
  return presentWard(after)
}

/** Throws 422 naming each id that is not an enabled user of the tenant. */
function requireCouncillors(asked: string[], known: { id: string }[]): void {
  const unknown = [...asked.entries()].filter(([, id]) => !known.some((one) => one.id === id))
  if (unknown.length === 0) return
  throw invalidFields(Object.fromEntries(unknown.map(([index]) => [`councillorIds.${index}`, unknownReference])))
}

const inOrder = (ids: string[]) => [...new Set(ids)].sort()
