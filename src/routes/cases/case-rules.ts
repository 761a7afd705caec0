import type { CaseDetail } from '../../db/cases/case-columns'
import type { TimelineEntry } from '../../db/cases/case-json'
import type { Ref } from '../../db/ref'
import { newId } from '../../domain/id'
import { type FieldError, invalidFields } from '../../errors'
import type { Gate } from '../../gate/gate'
import { requireRole } from '../../gate/requirement'
import { externalIdTaken, unknownReference } from '../../http/conflicts'
import type { Case, NewCase } from './case-schemas'

type Assignee = NonNullable<CaseDetail['assignee']>

/** References in a body: an absent one is not checked, a null one clears. */
export interface References {
  wardId?: string | null | undefined
  categoryId?: string | null | undefined
  assigneeId?: string | null | undefined
  externalId?: string | null | undefined
}

/** The tenant's items that they refer to. */
export interface Found {
  ward: Ref | null
  category: Ref | null
  assignee: Assignee | null
  /** The case that already has the externalId. */
  taken: { id: string; reference: string; assigneeId: string | null } | null
}

/** Placeholder values of the references. */
export function referenceValues({ wardId, categoryId, assigneeId, externalId }: References) {
  return {
    wardId: wardId ?? null,
    categoryId: categoryId ?? null,
    assigneeId: assigneeId ?? null,
    externalId: externalId ?? null,
  }
}

/** Throws 422 naming each reference to something that is unknown, another tenant's or disabled: one answer for all. */
export function requireReferences(asked: References, found: Found): void {
  const pairs = [
    ['wardId', asked.wardId, found.ward],
    ['categoryId', asked.categoryId, found.category],
    ['assigneeId', asked.assigneeId, found.assignee],
  ] as const
  const fields: Record<string, FieldError> = {}
  for (const [name, id, thing] of pairs) {
    if (id && !thing) fields[name] = unknownReference
  }
  if (Object.keys(fields).length > 0) throw invalidFields(fields)
}

/** Throws 409 if another case has the externalId; names it to callers who can see it. */
export function requireUntaken(gate: Gate, taken: Found['taken'], own?: string): void {
  if (!taken || taken.id === own) return
  const { viewer } = gate.actor
  const isVisible = viewer === null || taken.assigneeId === viewer
  throw externalIdTaken(isVisible ? { id: taken.id, reference: taken.reference } : undefined)
}

/** Throws 403 unless the caller may make this user, or nobody, a case's assignee. */
export function requireMayAssign(gate: Gate, assigneeId: string | null | undefined, current: string | null): void {
  if (assigneeId === undefined || assigneeId === current || assigneeId === gate.principal.user.id) return
  requireRole(gate.principal, 'manager')
}

/** Assignee of a new case: a caseworker's is their own. */
export function assigneeOfNew(gate: Gate, assigneeId: string | null | undefined): string | null {
  const { viewer } = gate.actor
  requireMayAssign(gate, assigneeId, viewer)
  return assigneeId === undefined ? viewer : assigneeId
}

/** A new case: its timeline has one entry. */
type CreatedCase = Case & { timeline: [TimelineEntry] }

/** A new case as it will be stored and returned, except for the number and times, which the database assigns. */
export function newCase(gate: Gate, { assigneeId, ...body }: NewCase, found: Found): CreatedCase {
  const { user } = gate.principal
  const { now } = gate
  const id = newId(now)
  return {
    id,
    reference: '',
    internalRef: body.internalRef ?? null,
    externalId: body.externalId ?? null,
    status: body.status ?? 'open',
    residentName: body.residentName,
    residentEmail: body.residentEmail ?? null,
    residentPhone: body.residentPhone ?? null,
    residentAddress: body.residentAddress ?? null,
    residentPostcode: body.residentPostcode ?? null,
    summary: body.summary,
    sourceChannel: body.sourceChannel ?? 'api',
    archived: false,
    version: 1,
    createdAt: now,
    updatedAt: now,
    category: found.category,
    ward: found.ward,
    assignee: assigneeId === user.id ? user : found.assignee,
    description: body.description ?? null,
    wardId: body.wardId ?? null,
    categoryId: body.categoryId ?? null,
    assigneeId: assigneeId ?? null,
    highlightedForPublic: body.highlightedForPublic ?? false,
    publicSummary: body.publicSummary ?? null,
    publicThemes: body.publicThemes ?? null,
    timeline: [
      {
        id: newId(now),
        type: 'created',
        body: null,
        fromStatus: null,
        toStatus: null,
        actor: { id: user.id, name: user.name },
        createdAt: now,
      },
    ],
  }
}

/** A new case as it was stored: with the number and the time that its batch gave it. */
export function insertedCase(
  made: CreatedCase,
  { reference, createdAt }: Pick<Case, 'reference' | 'createdAt'>,
): CreatedCase {
  const [first] = made.timeline
  return { ...made, reference, createdAt, updatedAt: createdAt, timeline: [{ ...first, createdAt }] }
}
