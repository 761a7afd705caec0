import { and, eq, getTableColumns, type InferSelectModel, ne, not, or, type SQL, type Subquery, sql } from 'drizzle-orm'
import { auditOf } from './audit'
import { summaryColumns } from './cases/case-columns'
import { changeOf } from './changes'
import { atExpectedVersion, jsonColumn, ofCallerById, ofTenant, ofTenantById, touched, unlessNull } from './conditions'
import { callerViewer } from './gate/caller'
import { guard, unless } from './guards'
import { atMostOne, build, placeholder, type Statement, statement } from './query'
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

const {
  tenantId: _tenant,
  wardId: _ward,
  categoryId: _category,
  searchKey: _key,
  ...columns
} = getTableColumns(submissions)

/**
 * Submissions, each with its ward, category and case.
 *
 * @param isVisible which cases the caller may see
 * @param from the submissions, or a selection of them under their name
 */
export function submissionsWith(isVisible: SQL | undefined, from: typeof submissions | Subquery = submissions) {
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

/** Cases that the caller may see, in the gate's trip. */
export const seenByCaller = or(eq(callerViewer(), sql`''`), eq(cases.assigneeId, callerViewer()))

/** The submission `id`, in the gate's trip. */
export const submissionById: Statement<Submission | undefined> = atMostOne(
  statement(submissionsWith(seenByCaller).where(ofCallerById(submissions))),
)

const seenByViewer = unlessNull('viewer', (viewer) => eq(cases.assigneeId, viewer))

/** The same, after a write. */
export const submissionAfterWrite: Statement<Submission | undefined> = atMostOne(
  statement(submissionsWith(seenByViewer).where(ofTenantById(submissions))),
)

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
