import { and, desc, eq, getTableColumns, getTableName, or, type SQL, type SQLWrapper, Subquery, sql } from 'drizzle-orm'
import { mostPhones, mostSubmissionWords, type SubmissionSearch } from '../domain/submission-search'
import { ofCaller, unlessNull } from './conditions'
import { countCap } from './limits'
import { build, exactlyOne, placeholder, type Statement, statement, type Values } from './query'
import { submissions } from './schema/submissions'
import { type Submission, seenByCaller, submissionsWith } from './submissions'

const isAbout = and(
  unlessNull('wardId', (wardId) => eq(submissions.wardId, wardId)),
  unlessNull('categoryId', (categoryId) => eq(submissions.categoryId, categoryId)),
)

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

const beyond = sql`(${submissions.createdAt}, ${submissions.id}) < (${placeholder('after0')}, ${placeholder('after1')})`

const newestFirst = [desc(submissions.createdAt), desc(submissions.id)]

interface SubmissionListQueries {
  /** From the start, `offset` rows on, among the first `looked`. */
  rows: Statement<Submission[]>
  /** After a cursor's row, among the `looked` that follow. */
  rowsAfter: Statement<Submission[]>
  /** The last of the `looked` rows, by its position: none if there are fewer. For lists with a ward, a category or a search. */
  stop: Statement<{ createdAt: string; id: string }[]>
  stopAfter: Statement<{ createdAt: string; id: string }[]>
  /** How many of the first rows match, and how many rows those were: at most one more than `countCap`. */
  total: Statement<{ total: number; looked: number }>
}

/**
 * @param decided what an index decides
 * @param passes what is left for each row
 */
function listFor(decided: SQL | undefined, passes: SQL | undefined): SubmissionListQueries {
  // The index is read in order and filtered afterwards, so that the limit is on what is read.
  const walk = (condition?: SQL) =>
    build
      .select(getTableColumns(submissions))
      .from(submissions)
      .where(and(ofCaller(submissions), decided, condition))
      .orderBy(...newestFirst)
      .$dynamic()
  const named = (some: SQLWrapper) =>
    new Subquery(some.getSQL(), getTableColumns(submissions), getTableName(submissions))
  const rowsWhere = (condition?: SQL) => {
    const passed = build
      .select(getTableColumns(submissions))
      .from(named(walk(condition).limit(placeholder('looked'))))
      .where(passes)
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
        .where(and(ofCaller(submissions), decided, condition))
        .orderBy(...newestFirst)
        .limit(1)
        .offset(placeholder('skipped')),
    )
  const total = sql<number>`count(*) filter (where ${passes})`.as('total')
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

const hasStatus = eq(submissions.status, placeholder('status'))

/** The tenant's inbox, newest first; `wardId` and `categoryId` are null where they filter nothing. */
export const submissionLists = { all: listFor(undefined, isAbout), ofStatus: listFor(hasStatus, isAbout) }

const isFound = and(isAbout, isSought)

/** The same, with `searchValues`. */
export const submissionSearches = { all: listFor(undefined, isFound), ofStatus: listFor(hasStatus, isFound) }

/** Position of a submission, for a cursor after it. */
export const positionAfter = ({ createdAt, id }: Pick<Submission, 'createdAt' | 'id'>): [number, string] => [
  Date.parse(createdAt),
  id,
]
