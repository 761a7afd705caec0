import {
  and,
  desc,
  eq,
  getTableColumns,
  getTableName,
  type InferSelectModel,
  ne,
  or,
  type SQL,
  Subquery,
  sql,
} from 'drizzle-orm'
import { mostPhones, mostSubmissionWords, type SubmissionSearch } from '../domain/submission-search'
import { auditOf } from './audit'
import { summaryColumns } from './cases/case-columns'
import {
  atExpectedVersion,
  jsonColumn,
  ofCaller,
  ofCallerById,
  ofTenant,
  ofTenantById,
  touched,
  unlessNull,
} from './conditions'
import { callerViewer } from './gate/caller'
import { guard, unless } from './guards'
import { countCap, scannedAtMost } from './limits'
import { atMostOne, build, exactlyOne, placeholder, type Statement, statement, type Values } from './query'
import type { Ref } from './ref'
import { cases } from './schema/cases'
import { categories, wards } from './schema/directory'
import { submissions } from './schema/submissions'

type Row = InferSelectModel<typeof submissions>

/** A resident's message, and the case it was converted to. */
export interface Submission extends Omit<Row, 'tenantId' | 'wardId' | 'categoryId' | 'searchKey'> {
  ward: Ref | null
  category: Ref | null
  /** Null if there is none, or the caller cannot see it. */
  made: { id: string; reference: string } | null
}

const allColumns = getTableColumns(submissions)
const { tenantId: _tenant, wardId: _ward, categoryId: _category, searchKey: _key, ...columns } = allColumns

/**
 * @param isVisible which cases the caller may see
 * @param from some of the submissions, under the table's own name
 */
function submissionsWith(isVisible: SQL | undefined, from: typeof submissions | Subquery = submissions) {
  const made = jsonColumn<Submission['made']>(
    sql`(
    select json_object('id', ${cases.id}, 'reference', ${cases.reference}) from ${cases}
    where ${cases.submissionId} = ${submissions.id} and ${isVisible})`,
    'made',
  )
  return build
    .select({ ...columns, ward: summaryColumns.ward, category: summaryColumns.category, made })
    .from(from)
    .leftJoin(wards, eq(wards.id, submissions.wardId))
    .leftJoin(categories, eq(categories.id, submissions.categoryId))
    .$dynamic()
}

const seenByCaller = or(eq(callerViewer(), sql`''`), eq(cases.assigneeId, callerViewer()))

/** The submission `id`, in the gate's trip. */
export const submissionById: Statement<Submission | undefined> = atMostOne(
  statement(submissionsWith(seenByCaller).where(ofCallerById(submissions))),
)

const seenByViewer = unlessNull('viewer', (viewer) => eq(cases.assigneeId, viewer))

/** The same, after a write. */
export const submissionAfterWrite: Statement<Submission | undefined> = atMostOne(
  statement(submissionsWith(seenByViewer).where(ofTenantById(submissions))),
)

const isAbout = and(
  unlessNull('wardId', (wardId) => eq(submissions.wardId, wardId)),
  unlessNull('categoryId', (categoryId) => eq(submissions.categoryId, categoryId)),
)

const areListed = and(ofCaller(submissions), isAbout)

const newestFirst = [desc(submissions.createdAt), desc(submissions.id)]

const beyond = sql`(${submissions.createdAt}, ${submissions.id}) < (${placeholder('after0')}, ${placeholder('after1')})`

interface SubmissionListQueries {
  /** From the start, `offset` rows on. */
  rows: Statement<Submission[]>
  /** After a cursor's row. */
  rowsAfter: Statement<Submission[]>
  total: Statement<{
    /** At most `countCap`. */
    total: number
    /** Counting stopped: there may be more. */
    isCapped: boolean
  }>
}

function listFor(status: SQL | undefined): SubmissionListQueries {
  const rowsWhere = (condition: SQL | undefined) =>
    statement(
      submissionsWith(seenByCaller)
        .where(and(areListed, status, condition))
        .orderBy(...newestFirst)
        .limit(placeholder('limit'))
        .offset(placeholder('offset')),
    )
  const matching = build
    .select({ one: sql`1`.as('one') })
    .from(submissions)
    .where(and(areListed, status))
    .limit(countCap + 1)
    .as('matching')
  return {
    rows: rowsWhere(undefined),
    rowsAfter: rowsWhere(beyond),
    total: exactlyOne(
      statement(
        build
          .select({
            total: sql<number>`min(count(*), ${countCap})`.as('total'),
            isCapped: capped(sql`count(*) > ${countCap}`),
          })
          .from(matching),
      ),
    ),
  }
}

const capped = (is: SQL) => is.mapWith(Boolean).as('is_capped')

/** Digits of a stored phone number, and a leading +. */
const digits = sql`replace(replace(replace(replace(replace(${submissions.phone}, ' ', ''), '-', ''), '.', ''), '(', ''), ')', '')`

const words = Array.from({ length: mostSubmissionWords }, (_, i) => placeholder(`word${i}`))
const phones = Array.from({ length: mostPhones }, (_, i) => placeholder(`phone${i}`))

/** True if a submission has every word, or the phone number. Every text contains an empty one, so one must not be. */
const isSought = or(
  and(...words.map((word) => sql`instr(${submissions.searchKey}, ${word}) > 0`)),
  sql`${digits} in ${phones}`,
)

/** Values of a search's placeholders. */
export function searchValues({ words, phones }: SubmissionSearch): Values {
  return {
    ...Object.fromEntries(Array.from({ length: mostSubmissionWords }, (_, i) => [`word${i}`, words[i] ?? ''])),
    ...Object.fromEntries(Array.from({ length: mostPhones }, (_, i) => [`phone${i}`, phones[i] ?? null])),
  }
}

/** A search among the newest `scannedAtMost` submissions: no index has their words. */
function searchFor(status: SQL | undefined): SubmissionListQueries {
  const candidates = () =>
    build
      .select({ every: sql`${submissions}.*` })
      .from(submissions)
      .where(and(ofCaller(submissions), status))
      .orderBy(...newestFirst)
  const newest = new Subquery(candidates().limit(scannedAtMost).getSQL(), allColumns, getTableName(submissions))
  const rowsWhere = (condition: SQL | undefined) =>
    statement(
      submissionsWith(seenByCaller, newest)
        .where(and(isAbout, isSought, condition))
        .orderBy(...newestFirst)
        .limit(placeholder('limit'))
        .offset(placeholder('offset')),
    )
  const older = build
    .select({ one: sql`1`.as('one') })
    .from(submissions)
    .where(and(ofCaller(submissions), status))
    .orderBy(...newestFirst)
    .limit(1)
    .offset(scannedAtMost)
  return {
    rows: rowsWhere(undefined),
    rowsAfter: rowsWhere(beyond),
    total: exactlyOne(
      statement(
        build
          .select({
            total: sql<number>`count(case when ${and(isAbout, isSought)} then 1 end)`.as('total'),
            // Only where needed, since it reads as many rows again.
            isCapped: capped(sql`case when count(*) < ${scannedAtMost} then 0 else exists ${older} end`),
          })
          .from(newest),
      ),
    ),
  }
}

const hasStatus = eq(submissions.status, placeholder('status'))

/** The tenant's inbox, newest first; `wardId` and `categoryId` are null where they filter nothing. */
export const submissionLists = { all: listFor(undefined), ofStatus: listFor(hasStatus) }

/** The same, with `searchValues`. */
export const submissionSearches = { all: searchFor(undefined), ofStatus: searchFor(hasStatus) }

/** Position of a submission, for a cursor after it. */
export const positionAfter = ({ createdAt, id }: Submission): [number, string] => [Date.parse(createdAt), id]

const isTarget = and(ofTenantById(submissions), ne(submissions.status, 'converted'), atExpectedVersion(submissions))

/** Changes a submission's `status` unless it has been converted. */
export const updateSubmission = atMostOne(
  statement(
    build
      .update(submissions)
      .set({ ...touched(submissions), status: sql`${placeholder('status')}` })
      .where(isTarget)
      .returning({ version: submissions.version }),
  ),
)

/** The audit entry of a change to a submission: no entry if another change came first. */
export const auditOfSubmissionChange = auditOf(submissions, isTarget)

/** The submission `submissionId` is still there. */
export const submissionIsThere = guard(
  unless(
    'target',
    sql`exists (select 1 from ${submissions}
      where ${submissions.id} = ${placeholder('submissionId')} and ${ofTenant(submissions)})`,
  ),
)

/** Marks a submission as converted, in the batch that inserts its case. */
export const convertSubmission = statement(
  build
    .update(submissions)
    .set({ ...touched(submissions), status: 'converted' })
    .where(ofTenantById(submissions)),
)
