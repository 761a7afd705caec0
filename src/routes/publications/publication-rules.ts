import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import { wardIsUsable } from '../../db/guards'
import { storeResult } from '../../db/idempotency'
import {
  approvePublications,
  auditOfApproval,
  auditOfPublicationChange,
  countPublications,
  datesAreInOrder,
  deletePublication,
  fileApproval,
  insertPublication,
  knownPublications,
  listPublications,
  listPublicationsAfter,
  listPublicationsByExternalId,
  type Publication,
  type PublicationChanges,
  positionAfter,
  publicationAfterWrite,
  publicationById,
  publicationIsThere,
  publicationReferences,
  publishedWithin,
  updatePublication,
} from '../../db/publications'
import { group } from '../../db/query'
import { recordAudit } from '../../db/records'
import { newId } from '../../domain/id'
import { ApiError, type FieldError, invalidFields } from '../../errors'
import { refuse } from '../../gate/keyed'
import { changedFields, externalIdTaken, rethrowOvertaken, unknownReference } from '../../http/conflicts'
import { expectedVersion, isKnown, requireVersion } from '../../http/etag'
import { cut, unusableCursor, valuesAfter } from '../../http/paging'

/** Events and news differ in their fields; how they are listed, made, approved and changed is the same. */
export type Kind = 'event' | 'news'

type Fields = Required<PublicationChanges>

/** What narrows a list of events or news. */
export interface Asked {
  approved?: boolean | undefined
  externalId?: string | undefined
  cursor?: string | undefined
}

/** What `cut` shows of the newest items, drafts first. */
export async function listItems<S>(
  c: Context<AppEnv>,
  kind: Kind,
  asked: Asked,
  present: (item: Publication) => S,
): Promise<S[]> {
  const { gate } = c.var
  const { approved, externalId, cursor } = asked
  const listed = JSON.stringify([kind, approved, externalId])
  const after = cursor === undefined ? {} : (valuesAfter(cursor, listed, 2) ?? (await refuse(gate, unusableCursor())))
  const rest = cursor === undefined ? listPublications : listPublicationsAfter
  const [rows] = await gate.read(
    { kind, externalId, ...publishedWithin(approved), ...after },
    externalId === undefined ? rest : listPublicationsByExternalId,
  )
  return cut(c, rows, { present, positionAfter, listed })
}

/** The item, or 404. */
export async function getItem(c: Context<AppEnv>, kind: Kind, id: string): Promise<Publication> {
  const [[found]] = await c.var.gate.read({ kind, id }, publicationById)
  if (!found) throw new ApiError('not_found')
  return found
}

/** Creates an item that nobody has approved yet. */
export async function createItem<T extends { version: number }>(
  c: Context<AppEnv>,
  kind: Kind,
  fields: Fields,
  present: (item: Publication) => T,
): Promise<{ item: T; location: string }> {
  const { gate } = c.var
  const [references] = await gate.read({ kind, ...fields }, publicationReferences)
  requireWard(fields.wardId, references.ward)
  if (references.taken) throw externalIdTaken({ id: references.taken })

  const { actor } = gate
  const { id: userId, name } = gate.principal.user
  const id = newId(actor.now)
  const item = present({
    ...fields,
    id,
    tenantId: actor.tenantId,
    approved: false,
    publishedAt: null,
    createdBy: { id: userId, name },
    version: 1,
    createdAt: actor.now,
    updatedAt: actor.now,
  })
  const location = `${c.req.path}/${id}`
  // The result is filed before the item: who loses a race on both must run into it, not into the externalId.
  await gate
    .write(
      storeResult(actor, gate.idempotency, { status: 201, location, body: item }),
      wardIsUsable.bind({ ...actor, ...fields }),
      insertPublication.bind({ ...actor, ...fields, kind, id }),
      recordAudit(actor, `${kind}.create`, id),
    )
    .catch(rethrowOvertaken)
  await isKnown(c, item, item.version)
  return { item, location }
}

/**
 * Changes an item; an approved one stays approved.
 *
 * @param check what must hold of the item as it will be
 */
export async function changeItem(
  c: Context<AppEnv>,
  kind: Kind,
  id: string,
  { version, ...body }: PublicationChanges & { version?: number | undefined },
  check: (item: Publication) => void = () => undefined,
): Promise<Publication> {
  const { gate } = c.var
  const values = { kind, id, wardId: body.wardId ?? null, externalId: body.externalId ?? null }
  const [[found], references] = await gate.read(values, publicationById, publicationReferences)
  const expected = expectedVersion(c, version, found)
  if (!found) throw new ApiError('not_found')
  const changes = changedFields(body, found)
  requireWard(changes.wardId, references.ward)
  check({ ...found, ...changes })
  requireVersion(expected, found)
  if (changes.externalId && references.taken) throw externalIdTaken({ id: references.taken })
  if (Object.keys(changes).length === 0) return found

  const target = { ...gate.actor, kind, id, expectedVersion: expected ?? null }
  const isRescheduled = changes.startsAt !== undefined || changes.endsAt !== undefined
  const [, , updated, , [after]] = await gate
    .write(
      group([publicationIsThere.bind(target), wardIsUsable.bind({ ...target, wardId: changes.wardId ?? null })]),
      recordAudit(target, `${kind}.update`, id, auditOfPublicationChange),
      updatePublication(changes, target),
      group(isRescheduled ? [datesAreInOrder.bind(target)] : []),
      publicationAfterWrite.bind(target),
    )
    .catch(rethrowOvertaken)
  if (!after) throw new ApiError('not_found')
  if (updated.length === 0) requireVersion(expected, after)
  return after
}

/** Deletes an item, unless it has changed since the caller's `If-Match`. */
export async function deleteItem(c: Context<AppEnv>, kind: Kind, id: string): Promise<void> {
  const { gate } = c.var
  const [[found]] = await gate.read({ kind, id }, publicationById)
  const expected = expectedVersion(c, undefined, found)
  if (!found) throw new ApiError('not_found')
  requireVersion(expected, found)
  const target = { ...gate.actor, kind, id, expectedVersion: expected ?? null }
  const [, deleted, [left]] = await gate.write(
    recordAudit(target, `${kind}.delete`, id, auditOfPublicationChange),
    deletePublication.bind(target),
    publicationAfterWrite.bind(target),
  )
  if (left) requireVersion(expected, left)
  if (deleted.length === 0) throw new ApiError('not_found')
}

/**
 * Approves items, all or none: unknown ids are a 422 that lists them. Those approved already count and do not change;
 * one that was deleted a moment ago does not count.
 */
export async function approveItems(c: Context<AppEnv>, kind: Kind, given: string[]): Promise<{ approved: number }> {
  const { gate } = c.var
  const asked = [...new Set(given)]
  const ids = JSON.stringify(asked)
  const [known] = await gate.read({ kind, ids }, knownPublications)
  const unknownIds = asked.filter((id) => !known.some((one) => one.id === id))
  if (unknownIds.length > 0) {
    const message = 'Some of these do not exist; nothing was approved'
    const fields: Record<string, FieldError> = { ids: { code: 'unknown_reference', message } }
    throw new ApiError('unprocessable', { details: { fields, unknownIds } })
  }
  const values = { ...gate.actor, kind, ids }
  const [, , , answer] = await gate.write(
    recordAudit(values, `${kind}.approve`, '', auditOfApproval),
    approvePublications.bind(values),
    storeResult(gate.actor, gate.idempotency, { status: 200, filing: { query: fileApproval, values } }),
    countPublications.bind(values),
  )
  return answer
}

function requireWard(asked: string | null | undefined, found: string | null): void {
  if (!asked || found) return
  throw invalidFields({ wardId: unknownReference })
}
