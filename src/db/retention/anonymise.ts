import { and, inArray, isNotNull, type SQL, sql } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { changeOf, eventValues } from '../changes'
import { touched } from '../conditions'
import { all, build, changes, pair, type Statement, statement } from '../query'
import { cases, timeline } from '../schema/cases'
import { submissions } from '../schema/submissions'
import { stamp } from '../stamp'

/** What stands in place of a name, and of a text that must not be blank. */
export const removed = 'Removed'

/** The outward part of a stored postcode: `TR11AA` → `TR1`. Inward parts have three characters, outward ones at most four. */
const outward = (postcode: AnySQLiteColumn) =>
  sql`case when length(${postcode}) > 4 then substr(${postcode}, 1, length(${postcode}) - 3) else ${postcode} end`

/** Removes the resident from messages; their office's own fields stay. */
export const anonymiseMessages = (condition: SQL | undefined) =>
  changes(
    statement(
      build
        .update(submissions)
        .set({
          name: removed,
          email: null,
          phone: null,
          address: null,
          postcode: outward(submissions.postcode),
          message: removed,
          searchKey: null,
          ...touched(submissions),
        })
        .where(condition),
    ),
  )

/** A change for each case that matches a condition. */
export const changeOfCases = (condition: SQL | undefined) =>
  changeOf(cases, condition, { id: cases.id, reference: cases.reference })

/** Values of `anonymiseCases` and of `changeOfCases`. */
export const anonymised = eventValues('case_updated')

/**
 * Removes the resident from the cases that match a condition, from their notes, and from the messages they were made from;
 * yields the number of cases. Statuses, other times, wards, categories and what was written for the public stay, so that
 * every statistic does; so does `externalId`, by which an integrator's system finds the case instead of creating it again.
 * Each case gets a new version, so that whoever keeps a copy reads it again. In a batch that begins with its audit entry.
 * The log of changes says so; its event is among the values (`anonymised`).
 */
export function anonymiseCases(condition: SQL | undefined): Statement<number> {
  const these = (column: typeof cases.id | typeof cases.submissionId) => sql`(
    select ${column} from ${cases} where ${and(condition, isNotNull(column))})`
  const notes = build
    .update(timeline)
    .set({ body: null })
    .where(and(inArray(timeline.caseId, these(cases.id)), isNotNull(timeline.body)))
  const residents = build
    .update(cases)
    .set({
      residentName: removed,
      residentEmail: null,
      residentPhone: null,
      residentAddress: null,
      residentPostcode: outward(cases.residentPostcode),
      internalRef: null,
      summary: removed,
      description: null,
      anonymisedAt: stamp,
      ...touched(cases),
    })
    .where(condition)
  return pair(
    all({
      // Before the cases, while the condition still finds them.
      change: changeOfCases(condition),
      notes: statement(notes),
      messages: anonymiseMessages(inArray(submissions.id, these(cases.submissionId))),
    }),
    changes(statement(residents)),
    (_, n) => n,
  )
}
