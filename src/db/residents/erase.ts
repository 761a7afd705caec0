import { and, eq, isNotNull, ne, or, sql } from 'drizzle-orm'
import { auditOfEach } from '../audit'
import { ofTenant, touched } from '../conditions'
import { all, build, changes, pair, placeholder, type Statement, statement } from '../query'
import { anonymiseCases, anonymiseMessages, changeOfCases } from '../retention/anonymise'
import { cases, timeline } from '../schema/cases'
import { idempotency } from '../schema/ledger'
import { submissions } from '../schema/submissions'
import { areAsked } from './held'
import { isTenants, mentions, place } from './scan'

const erasable = and(
  ofTenant(cases),
  areAsked(cases.id),
  or(isNotNull(cases.closedAt), sql`${placeholder('evenOpen')} = 1`),
)

/** Anonymises the cases `ids` now, only closed ones unless `evenOpen` is 1; an audit entry each. */
export const eraseCases: Statement<number> = pair(
  auditOfEach(cases, cases.id, erasable),
  anonymiseCases(erasable),
  (_, n) => n,
)

const isAsked = and(ofTenant(submissions), areAsked(submissions.id))
const isConverted = and(isAsked, eq(submissions.status, 'converted'))
const isLoose = and(
  isAsked,
  ne(submissions.status, 'converted'),
  or(ne(submissions.status, 'new'), sql`${placeholder('evenOpen')} = 1`),
)

/** Deletes the messages `ids`, new ones only if `evenOpen` is 1, and anonymises those that were converted. */
export const eraseMessages: Statement<number> = pair(
  pair(auditOfEach(submissions, submissions.id, isConverted), anonymiseMessages(isConverted), (_, n) => n),
  pair(
    auditOfEach(submissions, submissions.id, isLoose),
    changes(statement(build.delete(submissions).where(isLoose))),
    (_, n) => n,
  ),
  (kept, gone) => kept + gone,
)

/** Deletes the stored results `results`, a JSON list of owner, route and key. */
export const eraseResults = changes(
  statement(
    build
      .delete(idempotency)
      .where(
        and(
          isTenants,
          sql`${place} in (select value ->> 0, value ->> 1, value ->> 2 from json_each(${placeholder('results')}))`,
        ),
      ),
  ),
)

const areTheirs = and(ofTenant(cases), areAsked(cases.id))

/** Clears the notes of the cases `ids` that name the email address or phone number; an audit entry for each case. */
export const eraseMentions: Statement<number> = pair(
  all({
    audit: auditOfEach(cases, cases.id, areTheirs),
    change: changeOfCases(areTheirs),
    touched: statement(build.update(cases).set(touched(cases)).where(areTheirs)),
  }),
  changes(
    statement(
      build
        .update(timeline)
        .set({ body: null })
        .where(
          and(
            sql`${timeline.caseId} in (select ${cases.id} from ${cases} where ${areTheirs})`,
            mentions(sql`${timeline.body}`),
          ),
        ),
    ),
  ),
  (_, n) => n,
)
