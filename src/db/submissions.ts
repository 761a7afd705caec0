import { and, desc, eq, getTableColumns, type InferSelectModel, isNull, ne, or, type SQL, sql } from 'drizzle-orm'
import { summaryColumns } from './cases/case-columns'
import { callerTenant, callerViewer } from './gate/caller'
import { guard, unless } from './guards'
import { countCap } from './limits'
import { build, type Statement, statement } from './query'
import { auditOf } from './records'
import type { Ref } from './ref'
import { cases } from './schema/cases'
import { categories, wards } from './schema/directory'
import { submissions } from './schema/submissions'

const placeholder = sql.placeholder

type Row = InferSelectModel<typeof submissions>

/** A message from a resident, and the case that was made of it. */
export interface Submission extends Omit<Row, 'tenantId' | 'wardId' | 'categoryId'> {
  ward: Ref | null
  category: Ref | null
  /** Null where there is none, or none that the caller may see. */
  made: { id: string; reference: string } | null
}

const { tenantId: _tenantId, wardId: _wardId, categoryId: _categoryId, ...columns } = getTableColumns(submissions)

/** @param isVisible which cases the caller may see */
function submissionsWith(isVisible: SQL | undefined) {
  const made = sql`(
    select json_object('id', ${cases.id}, 'reference', ${cases.reference}) from ${cases}
    where ${cases.submissionId} = ${submissions.id} and ${isVisible})`
    .mapWith((text: string): NonNullable<Submission['made']> => JSON.parse(text))
    .as('made')
  return build
    .select({ ...columns, ward: summaryColumns.ward, category: summaryColumns.category, made })
    .from(submissions)
    .leftJoin(wards, eq(wards.id, submissions.wardId))
    .leftJoin(categories, eq(categories.id, submissions.categoryId))
    .$dynamic()
}

const seenByCaller = or(eq(callerViewer(), sql`''`), eq(cases.assigneeId, callerViewer()))

const isCallers = eq(submissions.tenantId, callerTenant())

/** The submission `id`, in the gate's trip. */
export const submissionById: Statement<Submission[]> = statement(
  submissionsWith(seenByCaller).where(and(eq(submissions.id, placeholder('id')), isCallers)),
)

const isTheirs = and(eq(submissions.id, placeholder('id')), eq(submissions.tenantId, placeholder('tenantId')))

/** The same, after a write. */
export const submissionAfterWrite: Statement<Submission[]> = statement(
  submissionsWith(or(isNull(sql`${placeholder('viewer')}`), eq(cases.assigneeId, placeholder('viewer')))).where(
    isTheirs,
  ),
)

const isOrNull = (column: typeof submissions.wardId | typeof submissions.categoryId, name: string) =>
  or(isNull(sql`${placeholder(name)}`), eq(column, sql`${placeholder(name)}`))

const passes = and(isOrNull(submissions.wardId, 'wardId'), isOrNull(submissions.categoryId, 'categoryId'))

const beyond = sql`(${submissions.createdAt}, ${submissions.id}) < (${placeholder('after0')}, ${placeholder('after1')})`

interface SubmissionListQueries {
  /** From the start, `offset` rows on. */
  rows: Statement<Submission[]>
  /** After a cursor's row. */
  rowsAfter: Statement<Submission[]>
  /** One more than `countCap` where there are more. */
  total: Statement<{ total: number }[]>
}

function listFor(status: SQL | undefined): SubmissionListQueries {
  const rowsWhere = (condition: SQL | undefined) =>
    statement(
      submissionsWith(seenByCaller)
        .where(and(isCallers, status, passes, condition))
        .orderBy(desc(submissions.createdAt), desc(submissions.id))
        .limit(placeholder('shown'))
        .offset(placeholder('offset')),
    )
  const matching = build
    .select({ one: sql`1`.as('one') })
    .from(submissions)
    .where(and(isCallers, status, passes))
    .limit(countCap + 1)
    .as('matching')
  return {
    rows: rowsWhere(undefined),
    rowsAfter: rowsWhere(beyond),
    total: statement(build.select({ total: sql<number>`count(*)`.as('total') }).from(matching)),
  }
}

/** The tenant's inbox, newest first; `wardId` and `categoryId` are null where they filter nothing. */
export const submissionLists = {
  all: listFor(undefined),
  ofStatus: listFor(eq(submissions.status, placeholder('status'))),
}

/** Where in the list a submission stands: what a cursor after it must hold. */
export const positionAfter = ({ createdAt, id }: Submission): [number, string] => [Date.parse(createdAt), id]

const touched = {
  version: sql`${submissions.version} + 1`,
  updatedAt: sql`${sql.param(placeholder('now'), submissions.updatedAt)}`,
}

// A change's target: theirs, no case yet, and still at the version they expect, where they expect one.
const isTarget = and(
  isTheirs,
  ne(submissions.status, 'converted'),
  or(isNull(sql`${placeholder('expectedVersion')}`), eq(submissions.version, placeholder('expectedVersion'))),
)

/** Gives a submission another `status`, unless a case was made of it. */
export const updateSubmission = statement(
  build
    .update(submissions)
    .set({ ...touched, status: sql`${placeholder('status')}` })
    .where(isTarget)
    .returning({ version: submissions.version }),
)

/** The audit entry of a change to a submission: none when another change came first. */
export const auditOfSubmissionChange = auditOf(submissions, isTarget)

/** The submission `submissionId` is still there. */
export const submissionIsThere = guard(
  unless(
    'target',
    sql`exists (select 1 from ${submissions}
      where ${submissions.id} = ${placeholder('submissionId')} and ${submissions.tenantId} = ${placeholder('tenantId')})`,
  ),
)

/** Marks a submission as converted, in the batch that inserts its case. */
export const convertSubmission = statement(
  build
    .update(submissions)
    .set({ ...touched, status: 'converted' })
    .where(isTheirs),
)
