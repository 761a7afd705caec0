import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import type { Actor } from '../../db/actor'
import { recordAudit } from '../../db/audit'
import { caseReferences } from '../../db/cases/case-references'
import {
  addEntry,
  addStatusEntry,
  auditOfCaseChange,
  type CaseChanges as Changes,
  caseAfterWrite,
  caseById,
  caseIsTheirs,
  changeOfCase,
  changeOfCaseStatus,
  changeOfNewCase,
  fileNote,
  insertCase,
  touchCase,
  updateCase,
} from '../../db/cases/cases'
import { recordChange } from '../../db/changes'
import { referencesAreUsable } from '../../db/guards'
import { storeResult } from '../../db/idempotency'
import { takeNumber } from '../../db/numbers'
import { type BoundStatement, group } from '../../db/query'
import { newId } from '../../domain/id'
import type { ChangeEvent, TimelineType } from '../../domain/vocabulary'
import { ApiError } from '../../errors'
import type { Gate } from '../../gate/gate'
import { writeChange } from '../../http/change-versioned'
import { changedFields, rethrowOvertaken } from '../../http/conflicts'
import { etag, expectedVersion, requireVersion } from '../../http/etag'
import { IdParam, json, jsonBody, NoQuery } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import {
  assigneeOfNew,
  insertedCase,
  newCase,
  referenceValues,
  requireMayAssign,
  requireReferences,
  requireUntaken,
} from './case-rules'
import { Case, CaseChanges, NewCase, NewNote, TimelineEntry } from './case-schemas'

const writing = { plan: 'pro', scope: 'cases:write', role: 'caseworker' } as const

const create = createRoute({
  method: 'post',
  path: '/',
  ...keyedRoute(writing),
  operationId: 'createCase',
  summary: 'Create a case',
  description:
    'A caseworker’s new case is assigned to them. With an `Idempotency-Key` it is created once, however often it is sent.',
  request: { query: NoQuery, body: jsonBody(NewCase) },
  responses: { 201: json('The case, with its reference.', Case) },
})

const update = createRoute({
  method: 'patch',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'updateCase',
  summary: 'Change a case',
  description:
    'Changes only the fields sent; null clears an optional one. With `If-Match` or `version` the change is rejected with 409 if it has been changed since.',
  request: { params: IdParam, query: NoQuery, body: jsonBody(CaseChanges) },
  responses: { 200: json('The case after the change.', Case) },
})

const note = createRoute({
  method: 'post',
  path: '/{id}/notes',
  ...keyedRoute(writing),
  operationId: 'addCaseNote',
  summary: 'Add a note to a case',
  description: 'Adds the note to the timeline and increments the case’s version.',
  request: { params: IdParam, query: NoQuery, body: jsonBody(NewNote) },
  responses: { 201: json('The note’s timeline entry.', TimelineEntry) },
})

/** Creating and changing cases. */
export const caseWrites = new OpenAPIHono<AppEnv>()
  .openapi(create, async (c) => {
    const { gate } = c.var
    const body = c.req.valid('json')
    const { found } = await gate.read(referenceValues(body), { found: caseReferences })
    const assigneeId = assigneeOfNew(gate, body.assigneeId)
    requireReferences(body, found)
    requireUntaken(gate, found.taken)

    const { actor } = gate
    const made = newCase(gate, { ...body, assigneeId }, found)
    const number = { kind: 'CW', year: new Date(actor.now).getUTCFullYear() }
    const location = `/api/cases/${made.id}`
    const values = { ...actor, ...number, ...made, submissionId: null, expectedVersion: null }
    const { inserted } = await gate
      .write({
        audit: recordAudit(actor, 'case.create', made.id),
        // The stored result and the case read it.
        number: takeNumber.bind(values),
        // Before the case, so that a concurrent retry fails here rather than on the externalId.
        result: storeResult(actor, gate.idempotency, { status: 201, location, body: made, number }),
        usable: referencesAreUsable.bind({ ...values, ...referenceValues(body) }),
        inserted: insertCase.bind(values),
        entry: addEntry.bind({ ...values, ...entry(actor.now, 'created'), entryId: made.timeline[0].id }),
        change: recordChange(values, 'case_created', changeOfNewCase),
      })
      .catch(rethrowOvertaken)
    const answer = insertedCase(made, inserted)
    return c.json(answer, 201, { Location: location, ...(await etag(answer)) })
  })
  .openapi(update, async (c) => {
    const { gate } = c.var
    const { id } = c.req.valid('param')
    const { version, ...body } = c.req.valid('json')
    const { found, references } = await gate.read(
      { id, ...referenceValues(body) },
      { found: caseById, references: caseReferences },
    )
    const expected = expectedVersion(c, version, found)
    requireMayAssign(gate, body.assigneeId, found?.assigneeId ?? null)
    if (!found) throw new ApiError('not_found')
    const changes = changedFields(body, found)
    requireReferences(changes, references)
    requireVersion(expected, found)
    requireUntaken(gate, changes.externalId ? references.taken : null, id)

    const isSame = Object.keys(changes).length === 0
    if (isSame) await gate.disclose('case', () => [id])
    const answer = isSame ? found : await change(gate, id, changes, expected)
    return c.json(answer, 200, await etag(answer))
  })
  .openapi(note, async (c) => {
    const { gate } = c.var
    const { id } = c.req.valid('param')
    const { body } = c.req.valid('json')
    const { found } = await gate.read({ id }, { found: caseById })
    if (!found) throw new ApiError('not_found')

    const { actor } = gate
    const { id: userId, name } = gate.principal.user
    const made = entry(actor.now, 'note', body)
    const answer = {
      id: made.entryId,
      type: made.type,
      body,
      fromStatus: null,
      toStatus: null,
      actor: { id: userId, name },
      createdAt: actor.now,
    }
    const values = { ...actor, id, expectedVersion: null }
    const { entry: added } = await gate
      .write({
        audit: recordAudit(actor, 'case.note', id),
        result: storeResult(actor, gate.idempotency, {
          status: 201,
          body: answer,
          filing: { query: fileNote, values },
        }),
        there: caseIsTheirs.bind(values),
        entry: addEntry.bind({ ...values, ...made }),
        change: recordChange(values, 'case_note_added', changeOfCase),
        updated: touchCase.bind(values),
      })
      .catch(rethrowOvertaken)
    return c.json({ ...answer, ...added }, 201)
  })

/** Placeholder values of a timeline entry. */
function entry<T extends TimelineType>(now: string, type: T, body: string | null = null) {
  return { entryId: newId(now), type, body }
}

/** The events of a change: of the status, of archiving it, and of everything else. */
function eventsOf({ status, archived, ...others }: Changes, values: Actor): BoundStatement[] {
  const ofStatus = (event: ChangeEvent) => recordChange({ ...values, status }, event, changeOfCaseStatus)
  const isUpdated = archived === false || Object.keys(others).length > 0
  return [
    status && ofStatus('case_status_changed'),
    status === 'resolved' && ofStatus('case_resolved'),
    status === 'closed' && ofStatus('case_closed'),
    archived && recordChange(values, 'case_archived', changeOfCase),
    isUpdated && recordChange(values, 'case_updated', changeOfCase),
  ].filter((one) => typeof one === 'object')
}

/** Writes a change with its timeline and audit entries; 409 if another change came in between. */
async function change(gate: Gate, id: string, changes: Changes, expected: number | undefined): Promise<Case> {
  const { actor } = gate
  const values = { ...actor, id, expectedVersion: expected ?? null }
  const { status, assigneeId, archived, ...others } = changes
  const entries = [
    status && addStatusEntry.bind({ ...values, ...entry(actor.now, 'status_changed'), status }),
    assigneeId !== undefined && addEntry.bind({ ...values, ...entry(actor.now, 'assigned') }),
    archived !== undefined && addEntry.bind({ ...values, ...entry(actor.now, archived ? 'archived' : 'unarchived') }),
    Object.keys(others).length > 0 &&
      addEntry.bind({ ...values, ...entry(actor.now, 'updated', Object.keys(others).join(', ')) }),
  ].filter((one) => typeof one === 'object')
  const { after } = await writeChange(gate, expected, {
    there: caseIsTheirs.bind(values),
    usable: referencesAreUsable.bind({ ...values, ...referenceValues(changes) }),
    // Statements that look for the expected version come before the change, which increments it.
    audit: recordAudit(values, 'case.update', id, auditOfCaseChange),
    entries: group(entries),
    changes: group(eventsOf(changes, values)),
    updated: updateCase(changes, values),
    disclosed: gate.disclosing('case', id),
    after: caseAfterWrite.bind(values),
  })
  return after
}
