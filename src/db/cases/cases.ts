import { and, eq, ne, type SQL, sql } from 'drizzle-orm'
import { auditOf } from '../audit'
import { changeOf } from '../changes'
import { atExpectedVersion, ofTenantById, touched, unlessNull } from '../conditions'
import { asIso } from '../gate/caller'
import { guard, unless } from '../guards'
import { filing } from '../idempotency'
import { takenNumber, takenReference } from '../numbers'
import {
  atMostOne,
  type BoundStatement,
  build,
  exactlyOne,
  type Given,
  parsed,
  placeholder,
  rowOf,
  type Statement,
  statement,
  textStatement,
  type Values,
} from '../query'
import { cases, timeline } from '../schema/cases'
import { stamp } from '../stamp'
import type { CaseDetail } from './case-columns'
import { isSeenByOuterCaller } from './case-filters'
import { type CaseWithTimeline, caseJson } from './case-json'

/** The case `id`, if it is visible: of the caller's tenant and, for a caseworker, their own. */
const isVisible = sql`${eq(cases.id, placeholder('id'))} and ${isSeenByOuterCaller}`

/** The case `id`, if it is visible to the actor: a caller who has passed the gate. */
const isTheirs = and(
  ofTenantById(cases),
  unlessNull('viewer', (viewer) => eq(cases.assigneeId, viewer)),
)

const caseWhere = (condition: SQL | undefined, isCorrelated = false) =>
  textStatement<CaseWithTimeline>(sql`(select ${caseJson} from ${cases} where ${condition})`, { isCorrelated })

/** The case `id` with its timeline, in the gate's trip. */
export const caseTextById = caseWhere(isVisible, true)

/** The same, parsed. */
export const caseById = parsed(caseTextById)

/** The same, after a write. */
export const caseAfterWrite = parsed(caseWhere(isTheirs))

const newStatus = sql`${placeholder('status')}`

/** Inserts a case under the number just taken; returns its reference and time. */
export const insertCase = exactlyOne(
  statement(
    build
      .insert(cases)
      .values({
        id: placeholder('id'),
        tenantId: placeholder('tenantId'),
        serial: takenNumber((n) => sql`${placeholder('year')} * 1000000 + ${n}`),
        reference: takenReference,
        internalRef: placeholder('internalRef'),
        externalId: placeholder('externalId'),
        status: placeholder('status'),
        residentName: placeholder('residentName'),
        residentEmail: placeholder('residentEmail'),
        residentPhone: placeholder('residentPhone'),
        residentAddress: placeholder('residentAddress'),
        residentPostcode: placeholder('residentPostcode'),
        summary: placeholder('summary'),
        description: placeholder('description'),
        sourceChannel: placeholder('sourceChannel'),
        categoryId: placeholder('categoryId'),
        wardId: placeholder('wardId'),
        assigneeId: placeholder('assigneeId'),
        submissionId: placeholder('submissionId'),
        highlightedForPublic: placeholder('highlightedForPublic'),
        publicSummary: placeholder('publicSummary'),
        publicThemes: placeholder('publicThemes'),
        resolvedAt: sql`case when ${newStatus} in ('resolved', 'closed') then ${stamp} end`,
        closedAt: sql`case when ${newStatus} = 'closed' then ${stamp} end`,
        createdAt: stamp,
        updatedAt: stamp,
      })
      .returning({ reference: cases.reference, createdAt: cases.createdAt }),
  ),
)

/** Changeable columns of a case. */
export type CaseChanges = Given<
  Pick<
    CaseDetail,
    | 'internalRef'
    | 'externalId'
    | 'status'
    | 'archived'
    | 'residentName'
    | 'residentEmail'
    | 'residentPhone'
    | 'residentAddress'
    | 'residentPostcode'
    | 'summary'
    | 'description'
    | 'sourceChannel'
    | 'categoryId'
    | 'wardId'
    | 'assigneeId'
    | 'highlightedForPublic'
    | 'publicSummary'
    | 'publicThemes'
  >
>

const isTarget = and(isTheirs, atExpectedVersion(cases))

// Whatever is added to a case whose resident was removed may name somebody again.
const change = { ...touched(cases), anonymisedAt: null }

const moment = change.updatedAt

/** The case `id` is still there for the caller. */
export const caseIsTheirs = guard(unless('target', sql`exists (select 1 from ${cases} where ${isTheirs})`))

/** Increments the version of a case. */
export const touchCase = statement(build.update(cases).set(change).where(isTarget))

/** Changes a case and increments its version. Built per request: each set of fields is another statement. */
export function updateCase(changes: CaseChanges, values: Values): BoundStatement<{ version: number } | undefined> {
  const { status } = changes
  const settled = status === 'resolved' || status === 'closed'
  return atMostOne(
    statement(
      build
        .update(cases)
        .set({
          ...changes,
          ...(status && {
            resolvedAt: settled ? sql`coalesce(${cases.resolvedAt}, ${moment})` : null,
            closedAt: status === 'closed' ? sql`coalesce(${cases.closedAt}, ${moment})` : null,
          }),
          ...change,
        })
        .where(isTarget)
        .returning({ version: cases.version }),
    ),
  ).bind(values)
}

/** The audit entry of a change to a case: no entry if another change came first. */
export const auditOfCaseChange = auditOf(cases, isTarget)

const aboutCase = { id: cases.id, reference: cases.reference }

/** The change of a case that has just been inserted. */
export const changeOfNewCase = changeOf(cases, ofTenantById(cases), { ...aboutCase, toStatus: cases.status })

/** A change to a case: none if another came first. */
export const changeOfCase = changeOf(cases, isTarget, aboutCase)

const comesToStatus = ne(cases.status, newStatus)

/** A change of a case's status, if that is what the change will do. */
export const changeOfCaseStatus = changeOf(cases, and(isTarget, comesToStatus), {
  ...aboutCase,
  fromStatus: cases.status,
  toStatus: newStatus,
})

function entryWhere(condition?: SQL, fromStatus = sql`null`, toStatus = sql`null`): Statement<{ createdAt: string }[]> {
  const entry = {
    caseId: cases.id,
    id: sql`${placeholder('entryId')}`,
    type: sql`${placeholder('type')}`,
    body: sql`${placeholder('body')}`,
    fromStatus,
    toStatus,
    actorId: sql`${placeholder('userId')}`,
    createdAt: moment,
  }
  const entries = sql`select ${rowOf(timeline, entry)} from ${cases} where ${and(isTarget, condition)}`
  return statement(build.insert(timeline).select(entries).returning({ createdAt: timeline.createdAt }))
}

/**
 * Adds the entry `entryId` of a `type` to a case's timeline, and returns its time. Before the change itself,
 * which changes the target's version.
 */
export const addEntry = atMostOne(entryWhere())

/** Stores the result of adding a note, with the time that the note will have. Before the note itself. */
export const fileNote = filing(
  sql`json_replace(${placeholder('body')}, '$.createdAt', (
    select ${asIso(moment)} from ${cases} where ${cases.id} = ${placeholder('id')}))`,
)

/** Adds a `status_changed` entry, if that is what the change will do. */
export const addStatusEntry = entryWhere(comesToStatus, sql`${cases.status}`, newStatus)
