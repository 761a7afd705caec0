import {
  and,
  desc,
  eq,
  getTableColumns,
  getTableName,
  type InferSelectModel,
  ne,
  not,
  or,
  type SQL,
  type SQLWrapper,
  Subquery,
  sql,
} from 'drizzle-orm'
import { auditOf } from './audit'
import { summaryColumns } from './cases/case-columns'
import { changeOf } from './changes'
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
import { countCap } from './limits'
import { atMostOne, build, exactlyOne, placeholder, type Statement, statement } from './query'
import type { Ref } from './ref'
import { cases } from './schema/cases'
import { categories, wards } from './schema/directory'
import { submissions } from './schema/submissions'

type Row = InferSelectModel<typeof submissions>

/** A resident's message, and the case it was converted to. */
export interface Submission extends Omit<Row, 'tenantId' | 'wardId' | 'categoryId'> {
  ward: Ref | null
  category: Ref | null
  /** Null if there is none, or the caller cannot see it. */
  made: { id: string; reference: string } | null
}

const { tenantId: _tenantId, wardId: _wardId, categoryId: _categoryId, ...columns } = getTableColumns(submissions)

/**
 * @param isVisible which cases the caller may see
 * @param from the submissions, or a selection of them under their name
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

const arePassed = and(
  unlessNull('wardId', (wardId) => eq(submissions.wardId, wardId)),
  unlessNull('categoryId', (categoryId) => eq(submissions.categoryId, categoryId)),
)

const beyond = sql`(${submissions.createdAt}, ${submissions.id}) < (${placeholder('after0')}, ${placeholder('after1')})`

const newestFirst = [desc(submissions.createdAt), desc(submissions.id)]

interface SubmissionListQueries {
  /** From the start, `offset` rows on, among the first `looked`. */
  rows: Statement<Submission[]>
  /** After a cursor's row, among the `looked` that follow. */
  rowsAfter: Statement<Submission[]>
  /** The last of the `looked` rows, by its position: none if there are fewer. For lists with a ward or a category. */
  stop: Statement<{ createdAt: string; id: string }[]>
  stopAfter: Statement<{ createdAt: string; id: string }[]>
  /** How many of the first rows match, and how many rows those were: at most one more than `countCap`. */
  total: Statement<{ total: number; looked: number }>
}

function listFor(status: SQL | undefined): SubmissionListQueries {
  // The index is read in order; wards and categories are filtered afterwards, so that the limit is on what is read.
  const walk = (condition?: SQL) =>
    build
      .select(getTableColumns(submissions))
      .from(submissions)
      .where(and(ofCaller(submissions), status, condition))
      .orderBy(...newestFirst)
      .$dynamic()
  const named = (some: SQLWrapper) =>
    new Subquery(some.getSQL(), getTableColumns(submissions), getTableName(submissions))
  const rowsWhere = (condition?: SQL) => {
    const passed = build
      .select(getTableColumns(submissions))
      .from(named(walk(condition).limit(placeholder('looked'))))
      .where(arePassed)
      .orderBy(...newestFirst)
      .limit(placeholder('limit'))
      .offset(placeholder('offset'))
    return statement(submissionsWith(seenByCaller, named(passed)).orderBy(...newestFirst))
  }
  const stopWhere = (condition?: SQL) =>
    statement(
      build
        .select({ createdAt: submissions.createdAt, id: submissions.id })
        .from(submissions)
        .where(and(ofCaller(submissions), status, condition))
        .orderBy(...newestFirst)
        .limit(1)
        .offset(placeholder('skipped')),
    )
  const total = sql<number>`count(*) filter (where ${arePassed})`.as('total')
  return {
    rows: rowsWhere(),
    rowsAfter: rowsWhere(beyond),
    stop: stopWhere(),
    stopAfter: stopWhere(beyond),
    total: exactlyOne(
      statement(
        build.select({ total, looked: sql<number>`count(*)`.as('looked') }).from(named(walk().limit(countCap + 1))),
      ),
    ),
  }
}

/** The tenant's inbox, newest first; `wardId` and `categoryId` are null where they filter nothing. */
export const submissionLists = {
  all: listFor(undefined),
  ofStatus: listFor(eq(submissions.status, placeholder('status'))),
}

/** Position of a submission, for a cursor after it. */
export const positionAfter = ({ createdAt, id }: Pick<Submission, 'createdAt' | 'id'>): [number, string] => [
  Date.parse(createdAt),
  id,
]

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

const aboutSubmission = { id: submissions.id, reference: submissions.reference, fromStatus: submissions.status }
const newStatus = sql`${placeholder('status')}`

const wasTakenForSpam = sql`${submissions.spamReasons} <> '[]'`

/** Taken for spam, and nobody has marked it otherwise: nothing has been said of it. */
const isUnheardOf = and(eq(submissions.status, 'spam'), wasTakenForSpam, eq(submissions.version, 1))

const comesIntoInbox = sql`(${newStatus} = 'new' and (${submissions.status} = 'spam' or ${wasTakenForSpam}))`

const changeOfStatus = (condition: SQL | undefined) =>
  changeOf(submissions, and(isTarget, ne(submissions.status, newStatus), condition), {
    ...aboutSubmission,
    toStatus: newStatus,
  })

/** The arrival of a message that was taken for spam: if that is what the change will do. */
export const changeOfSpamToNew = changeOfStatus(comesIntoInbox)

/** Any other change to a submission, unless it was taken for spam and has never arrived. */
export const changeOfSubmission = changeOfStatus(and(not(comesIntoInbox), sql`not (${isUnheardOf})`))

/** The arrival of a message, the submission `submissionId`. */
export const changeOfNewSubmission = changeOf(
  submissions,
  and(eq(submissions.id, placeholder('submissionId')), ofTenant(submissions)),
  { id: submissions.id, reference: submissions.reference, toStatus: submissions.status },
)

/** The conversion of the submission `submissionId`. Before the conversion itself. */
export const changeOfConversion = changeOf(
  submissions,
  and(eq(submissions.id, placeholder('submissionId')), ofTenant(submissions), sql`not (${isUnheardOf})`),
  { ...aboutSubmission, toStatus: sql`'converted'` },
)

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
