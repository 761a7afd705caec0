import type { Context } from 'hono'
import type { AppEnv } from '../app-env'
import { wardIsUsable } from '../db/guards'
import {
  approvalOfPublications,
  approvePublications,
  changeOfPublication,
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
} from '../db/publications'
import { together } from '../db/query'
import { recordAct, recordResult } from '../db/records'
import { newId } from '../domain/id'
import { ApiError, type FieldFault, invalidFields } from '../errors'
import { refuse } from '../gate/needs'
import { effective, externalIdTaken, rethrowOvertaken, unknownReference } from './changes'
import { expectedVersion, isKnown, requireVersion } from './etag'
import { cut, unusableCursor, valuesAfter } from './lists'

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
  const { trip } = c.var
  const { approved, externalId, cursor } = asked
  const listed = JSON.stringify([kind, approved, externalId])
  const after = cursor === undefined ? {} : (valuesAfter(cursor, listed, 2) ?? (await refuse(trip, unusableCursor())))
  const rest = cursor === undefined ? listPublications : listPublicationsAfter
  const [rows] = await trip.read(
    { kind, externalId, ...publishedWithin(approved), ...after },
    externalId === undefined ? rest : listPublicationsByExternalId,
  )
  return cut(c, rows, { present, positionAfter, listed })
}

/** The item, or 404. */
export async function getItem(c: Context<AppEnv>, kind: Kind, id: string): Promise<Publication> {
  const [[found]] = await c.var.trip.read({ kind, id }, publicationById)
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
  const { trip } = c.var
  const [references] = await trip.read({ kind, ...fields }, publicationReferences)
  requireWard(fields.wardId, references.ward)
  if (references.taken) throw externalIdTaken({ id: references.taken })

  const { stamp } = trip
  const { id: userId, name } = trip.principal.user
  const id = newId(stamp.now)
  const item = present({
    ...fields,
    id,
    tenantId: stamp.tenantId,
    approved: false,
    publishedAt: null,
    createdBy: { id: userId, name },
    version: 1,
    createdAt: stamp.now,
    updatedAt: stamp.now,
  })
  const location = `${c.req.path}/${id}`
  // The result is filed before the item: who loses a race on both must run into it, not into the externalId.
  await trip
    .write(
      recordResult(stamp, trip.idempotency, { status: 201, location, body: item }),
      wardIsUsable.bind({ ...stamp, ...fields }),
      insertPublication.bind({ ...stamp, ...fields, kind, id }),
      recordAct(stamp, `${kind}.create`, id),
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
  const { trip } = c.var
  const values = { kind, id, wardId: body.wardId ?? null, externalId: body.externalId ?? null }
  const [[found], references] = await trip.read(values, publicationById, publicationReferences)
  const expected = expectedVersion(c, version)
  if (!found) throw new ApiError('not_found')
  const changes = effective(body, found)
  requireWard(changes.wardId, references.ward)
  check({ ...found, ...changes })
  requireVersion(expected, found)
  if (changes.externalId && references.taken) throw externalIdTaken({ id: references.taken })
  if (Object.keys(changes).length === 0) return found

  const target = { ...trip.stamp, kind, id, expectedVersion: expected ?? null }
  const isRescheduled = changes.startsAt !== undefined || changes.endsAt !== undefined
  const [, , updated, , [after]] = await trip
    .write(
      together([publicationIsThere.bind(target), wardIsUsable.bind({ ...target, wardId: changes.wardId ?? null })]),
      recordAct(target, `${kind}.update`, id, changeOfPublication),
      updatePublication(changes, target),
      together(isRescheduled ? [datesAreInOrder.bind(target)] : []),
      publicationAfterWrite.bind(target),
    )
    .catch(rethrowOvertaken)
  if (!after) throw new ApiError('not_found')
  if (updated.length === 0) requireVersion(expected, after)
  return after
}

/** Deletes an item, unless it has changed since the caller's `If-Match`. */
export async function deleteItem(c: Context<AppEnv>, kind: Kind, id: string): Promise<void> {
  const { trip } = c.var
  const [[found]] = await trip.read({ kind, id }, publicationById)
  const expected = expectedVersion(c, undefined)
  if (!found) throw new ApiError('not_found')
  requireVersion(expected, found)
  const target = { ...trip.stamp, kind, id, expectedVersion: expected ?? null }
  const [, deleted, [left]] = await trip.write(
    recordAct(target, `${kind}.delete`, id, changeOfPublication),
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
  const { trip } = c.var
  const asked = [...new Set(given)]
  const ids = JSON.stringify(asked)
  const [known] = await trip.read({ kind, ids }, knownPublications)
  const unknownIds = asked.filter((id) => !known.some((one) => one.id === id))
  if (unknownIds.length > 0) {
    const message = 'Some of these do not exist; nothing was approved'
    const fields: Record<string, FieldFault> = { ids: { code: 'unknown_reference', message } }
    throw new ApiError('unprocessable', { details: { fields, unknownIds } })
  }
  const values = { ...trip.stamp, kind, ids }
  const [, , , answer] = await trip.write(
    recordAct(values, `${kind}.approve`, '', approvalOfPublications),
    approvePublications.bind(values),
    recordResult(trip.stamp, trip.idempotency, { status: 200, filing: { query: fileApproval, values } }),
    countPublications.bind(values),
  )
  return answer
}

function requireWard(asked: string | null | undefined, found: string | null): void {
  if (!asked || found) return
  throw invalidFields({ wardId: unknownReference })
}
