import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../app-env'
import {
  addEntry,
  addStatusEntry,
  type CaseChanges as Changes,
  caseAfterWrite,
  caseById,
  caseIsTheirs,
  caseReferences,
  changeOfCase,
  insertCase,
  timelineAfterWrite,
  timelineOf,
  touchCase,
  updateCase,
} from '../db/cases'
import { referencesAreUsable } from '../db/guards'
import { together } from '../db/query'
import { recordAct, recordResult, takeNumber } from '../db/records'
import { newId } from '../domain/id'
import type { TimelineType } from '../domain/vocabulary'
import { ApiError } from '../errors'
import type { Trip } from '../gate/trip'
import {
  assigneeOfNew,
  newCase,
  presentCase,
  referenceValues,
  requireMayAssign,
  requireReferences,
  requireUntaken,
  settledAt,
} from './case-rules'
import { Case, CaseChanges, NewCase, NewNote, TimelineEntry } from './case-schemas'
import { effective, rethrowOvertaken } from './changes'
import { expectedVersion, isKnown, requireVersion } from './etag'
import { IdParam, json, jsonBody, NoQuery } from './fields'
import { guarded } from './guarded'

const writing = { plan: 'pro', scope: 'cases:write', role: 'caseworker' } as const

const create = createRoute({
  method: 'post',
  path: '/api/cases',
  ...guarded(writing),
  operationId: 'createCase',
  summary: 'Create a case',
  description:
    'A caseworker’s new case is their own. With an `Idempotency-Key` it is created once, however often it is sent.',
  request: { query: NoQuery, body: jsonBody(NewCase) },
  responses: { 201: json('The case, with its reference.', Case) },
})

const update = createRoute({
  method: 'patch',
  path: '/api/cases/{id}',
  ...guarded(writing),
  operationId: 'updateCase',
  summary: 'Change a case',
  description:
    'Only the fields that are sent change; null clears an optional one. With `If-Match` or `version` the change is refused (409) if somebody else came first.',
  request: { params: IdParam, query: NoQuery, body: jsonBody(CaseChanges) },
  responses: { 200: json('The case as it is now.', Case) },
})

const note = createRoute({
  method: 'post',
  path: '/api/cases/{id}/notes',
  ...guarded(writing),
  operationId: 'addCaseNote',
  summary: 'Add a note to a case',
  description: 'Notes are kept in the timeline and raise the case’s version.',
  request: { params: IdParam, query: NoQuery, body: jsonBody(NewNote) },
  responses: { 201: json('The note, as the timeline shows it.', TimelineEntry) },
})

/** Creating and changing cases. */
export const caseWrites = new OpenAPIHono<AppEnv>()
  .openapi(create, async (c) => {
    const { trip } = c.var
    const body = c.req.valid('json')
    const [found] = await trip.read(referenceValues(body), caseReferences)
    const assigneeId = assigneeOfNew(trip, body.assigneeId)
    requireReferences(body, found)
    requireUntaken(trip, found.taken)

    const { stamp } = trip
    const made = newCase(trip, { ...body, assigneeId }, found)
    const number = { kind: 'CW', year: new Date(stamp.now).getUTCFullYear() }
    const location = `/api/cases/${made.id}`
    const values = { ...stamp, ...number, ...made, ...settledAt(made), submissionId: null, expectedVersion: null }
    // The result is filed before the case: who loses a race on both must run into it, not into the externalId.
    const [, , , [inserted]] = await trip
      .write(
        takeNumber.bind(values),
        recordResult(stamp, trip.idempotency, { status: 201, location, body: made, number }),
        referencesAreUsable.bind({ ...values, ...referenceValues(body) }),
        insertCase.bind(values),
        addEntry.bind({ ...values, ...entry(stamp.now, 'created'), entryId: made.timeline[0]?.id }),
        recordAct(stamp, 'case.create', made.id),
      )
      .catch(rethrowOvertaken)
    const answer = { ...made, reference: inserted?.reference ?? '' }
    await isKnown(c, answer, made.version)
    return c.json(answer, 201, { Location: location })
  })
  .openapi(update, async (c) => {
    const { trip } = c.var
    const { id } = c.req.valid('param')
    const { version, ...body } = c.req.valid('json')
    const [[found], references, entries] = await trip.read(
      { id, ...referenceValues(body) },
      caseById,
      caseReferences,
      timelineOf,
    )
    const expected = expectedVersion(c, version)
    requireMayAssign(trip, body.assigneeId, found?.assigneeId ?? null)
    if (!found) throw new ApiError('not_found')
    const changes = effective(body, found)
    requireReferences(changes, references)
    requireVersion(expected, found)
    requireUntaken(trip, changes.externalId ? references.taken : null, id)

    const isSame = Object.keys(changes).length === 0
    const answer = isSame ? presentCase(found, entries) : await change(trip, id, changes, expected)
    await isKnown(c, answer, answer.version)
    return c.json(answer, 200)
  })
  .openapi(note, async (c) => {
    const { trip } = c.var
    const { id } = c.req.valid('param')
    const { body } = c.req.valid('json')
    const [[found]] = await trip.read({ id }, caseById)
    if (!found) throw new ApiError('not_found')

    const { stamp } = trip
    const { id: userId, name } = trip.principal.user
    const made = entry(stamp.now, 'note', body)
    const answer = {
      id: made.entryId,
      type: made.type,
      body,
      fromStatus: null,
      toStatus: null,
      actor: { id: userId, name },
      createdAt: stamp.now,
    }
    const values = { ...stamp, id, expectedVersion: null }
    await trip
      .write(
        recordResult(stamp, trip.idempotency, { status: 201, body: answer }),
        caseIsTheirs.bind(values),
        addEntry.bind({ ...values, ...made }),
        touchCase.bind(values),
        recordAct(stamp, 'case.note', id),
      )
      .catch(rethrowOvertaken)
    return c.json(answer, 201)
  })

/** What the timeline says of something that happened, as the placeholders want it. */
function entry<T extends TimelineType>(now: string, type: T, body: string | null = null) {
  return { entryId: newId(now), type, body }
}

/** Writes a change with everything that tells of it; 409 where another change came in between. */
async function change(trip: Trip, id: string, changes: Changes, expected: number | undefined): Promise<Case> {
  const { stamp } = trip
  const values = { ...stamp, id, expectedVersion: expected ?? null }
  const { status, assigneeId, archived, ...others } = changes
  // Before the change itself, which moves its target on.
  const entries = [
    status && addStatusEntry.bind({ ...values, ...entry(stamp.now, 'status_changed'), status }),
    assigneeId !== undefined && addEntry.bind({ ...values, ...entry(stamp.now, 'assigned') }),
    archived !== undefined && addEntry.bind({ ...values, ...entry(stamp.now, archived ? 'archived' : 'unarchived') }),
    Object.keys(others).length > 0 &&
      addEntry.bind({ ...values, ...entry(stamp.now, 'updated', Object.keys(others).join(', ')) }),
  ].filter((one) => typeof one === 'object')
  const [, , updated, [after], timeline] = await trip
    .write(
      together([caseIsTheirs.bind(values), referencesAreUsable.bind({ ...values, ...referenceValues(changes) })]),
      together([...entries, recordAct(values, 'case.update', id, changeOfCase)]),
      updateCase(changes, values),
      caseAfterWrite.bind(values),
      timelineAfterWrite.bind(values),
    )
    .catch(rethrowOvertaken)
  if (!after) throw new ApiError('not_found')
  if (updated.length === 0) requireVersion(expected, after)
  return presentCase(after, timeline)
}
