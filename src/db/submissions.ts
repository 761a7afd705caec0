import { and, desc, eq, getTableColumns, type InferSelectModel, ne, not, or, type SQL, sql } from 'drizzle-orm'
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

/** @param isVisible which cases the caller may see */
function submissionsWith(isVisible: SQL | undefined) {
  const made = jsonColumn<Submission['made']>(
    sql`(
    select json_object('id', ${cases.id}, 'reference', ${cases.reference}) from ${cases}
    where ${cases.submissionId} = ${submissions.id} and ${isVisible})`,
    'made',
  )
  return build
    .select({ ...columns, ward: summaryColumns.ward, category: summaryColumns.category, made })
    .from(submissions)
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

const areListed = and(
  ofCaller(submissions),
  unlessNull('wardId', (wardId) => eq(submissions.wardId, wardId)),
  unlessNull('categoryId', (categoryId) => eq(submissions.categoryId, categoryId)),
)

const beyond = sql`(${submissions.createdAt}, ${submissions.id}) < (${placeholder('after0')}, ${placeholder('after1')})`

interface SubmissionListQueries {
  /** From the start, `offset` rows on. */
  rows: Statement<Submission[]>
  /** After a cursor's row. */
  rowsAfter: Statement<Submission[]>
  /** One more than `countCap` where there are more. */
  total: Statement<{ total: number }>
}

function listFor(status: SQL | undefined): SubmissionListQueries {
  const rowsWhere = (condition: SQL | undefined) =>
    statement(
      submissionsWith(seenByCaller)
        .where(and(areListed, status, condition))
        .orderBy(desc(submissions.createdAt), desc(submissions.id))
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
    total: exactlyOne(statement(build.select({ total: sql<number>`count(*)`.as('total') }).from(matching))),
  }
}

/** The tenant's inbox, newest first; `wardId` and `categoryId` are null where they filter nothing. */
export const submissionLists = {
  all: listFor(undefined),
  ofStatus: listFor(eq(submissions.status, placeholder('status'))),
}

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
