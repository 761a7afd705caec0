import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import { recordAudit } from '../../db/audit'
import { recordChange } from '../../db/changes'
import { wardIsUsable } from '../../db/guards'
import { storeResult } from '../../db/idempotency'
import {
  approvePublications,
  auditOfApproval,
  auditOfPublicationChange,
  changeOfPublication,
  changesOfApproval,
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
  type PublicationFields,
  positionAfter,
  publicationAfterWrite,
  publicationById,
  publicationIsThere,
  publicationReferences,
  publishedWithin,
  updatePublication,
} from '../../db/publications'
import { newId } from '../../domain/id'
import { ApiError, type FieldError, invalidFields } from '../../errors'
import { refuse } from '../../gate/keyed'
import { writeChange } from '../../http/change-versioned'
import { changedFields, externalIdTaken, rethrowOvertaken, unknownReference } from '../../http/conflicts'
import { expectedVersion, requireVersion } from '../../http/etag'
import { cut, unusableCursor, valuesAfter } from '../../http/paging'

/** Events and news differ in their fields; how they are listed, made, approved and changed is the same. */
export type Kind = 'event' | 'news'

/** Filters of a list of events or news. */
export interface Asked {
  approved?: boolean | undefined
  externalId?: string | undefined
  cursor?: string | undefined
}

/** The newest items as presented by `cut`, drafts first. */
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
  const { rows } = await gate.read(
    { kind, externalId, ...publishedWithin(approved), ...after },
    { rows: externalId === undefined ? rest : listPublicationsByExternalId },
  )
  return cut(c, rows, { present, positionAfter, listed })
}

/** The item, or 404. */
export async function getItem(c: Context<AppEnv>, kind: Kind, id: string): Promise<Publication> {
  const { found } = await c.var.gate.read({ kind, id }, { found: publicationById })
  if (!found) throw new ApiError('not_found')
  return found
}

/** Creates a draft. */
export async function createItem<T extends { version: number }>(
  c: Context<AppEnv>,
  kind: Kind,
  fields: PublicationFields,
  present: (item: Publication) => T,
): Promise<{ item: T; location: string }> {
  const { gate } = c.var
  const { references } = await gate.read({ kind, ...fields }, { references: publicationReferences })
  requireWard(fields.wardId, references.ward)
  if (references.taken) throw externalIdTaken({ id: references.taken })

  const { actor } = gate
  const { id: userId, name } = gate.principal.user
  const id = newId(actor.now)
  const made: Publication = {
    ...fields,
    id,
    tenantId: actor.tenantId,
    approved: false,
    publishedAt: null,
    createdBy: { id: userId, name },
    version: 1,
    createdAt: actor.now,
    updatedAt: actor.now,
  }
  const location = `${c.req.path}/${id}`
  const { inserted } = await gate
    .write({
      audit: recordAudit(actor, `${kind}.create`, id),
      // Before the item, so that a concurrent retry fails here rather than on the externalId.
      result: storeResult(actor, gate.idempotency, { status: 201, location, body: present(made) }),
      usable: wardIsUsable.bind({ ...actor, ...fields }),
      inserted: insertPublication.bind({ ...actor, ...fields, kind, id }),
      change: recordChange({ ...actor, kind, id, expectedVersion: null }, `${kind}_updated`, changeOfPublication),
    })
    .catch(rethrowOvertaken)
  return { item: present({ ...made, ...inserted, updatedAt: inserted.createdAt }), location }
}

/**
 * Changes an item; an approved one stays approved.
 *
 * @param check validates the item after the change
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
  const { found, references } = await gate.read(values, { found: publicationById, references: publicationReferences })
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
  const { after } = await writeChange(gate, expected, {
    there: publicationIsThere.bind(target),
    usable: wardIsUsable.bind({ ...target, wardId: changes.wardId ?? null }),
    audit: recordAudit(target, `${kind}.update`, id, auditOfPublicationChange),
    change: recordChange(target, `${kind}_updated`, changeOfPublication),
    updated: updatePublication(changes, target),
    ...(isRescheduled && { inOrder: datesAreInOrder.bind(target) }),
    after: publicationAfterWrite.bind(target),
  })
  return after
}

/** Deletes an item, unless it has changed since the caller's `If-Match`. */
export async function deleteItem(c: Context<AppEnv>, kind: Kind, id: string): Promise<void> {
  const { gate } = c.var
  const { found } = await gate.read({ kind, id }, { found: publicationById })
  const expected = expectedVersion(c, undefined, found)
  if (!found) throw new ApiError('not_found')
  requireVersion(expected, found)
  const target = { ...gate.actor, kind, id, expectedVersion: expected ?? null }
  const { deleted, left } = await gate.write({
    audit: recordAudit(target, `${kind}.delete`, id, auditOfPublicationChange),
    change: recordChange(target, `${kind}_deleted`, changeOfPublication),
    deleted: deletePublication.bind(target),
    left: publicationAfterWrite.bind(target),
  })
  if (left) requireVersion(expected, left)
  if (!deleted) throw new ApiError('not_found')
}

/**
 * Approves items, all or nothing: unknown ids are a 422 that lists them. Already approved ones are counted and left unchanged;
 * one that was deleted a moment ago does not count.
 */
export async function approveItems(c: Context<AppEnv>, kind: Kind, given: string[]): Promise<{ approved: number }> {
  const { gate } = c.var
  const asked = [...new Set(given)]
  const ids = JSON.stringify(asked)
  const { known } = await gate.read({ kind, ids }, { known: knownPublications })
  const unknownIds = asked.filter((id) => !known.some((one) => one.id === id))
  if (unknownIds.length > 0) {
    const message = 'Some of these do not exist; nothing was approved'
    const fields: Record<string, FieldError> = { ids: { code: 'unknown_reference', message } }
    throw new ApiError('unprocessable', { details: { fields, unknownIds } })
  }
  const values = { ...gate.actor, kind, ids }
  const { answer } = await gate.write({
    audit: recordAudit(values, `${kind}.approve`, '', auditOfApproval),
    changes: recordChange(values, `${kind}_published`, changesOfApproval),
    updated: approvePublications.bind(values),
    result: storeResult(gate.actor, gate.idempotency, { status: 200, filing: { query: fileApproval, values } }),
    answer: countPublications.bind(values),
  })
  return answer
}

function requireWard(asked: string | null | undefined, found: string | null): void {
  if (!asked || found) return
  throw invalidFields({ wardId: unknownReference })
}
