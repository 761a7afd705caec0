import { type Action, actValues } from '../../../src/db/audit'
import type { Statement } from '../../../src/db/query'
import { eraseCases, eraseMentions, eraseMessages, eraseResults } from '../../../src/db/residents/erase'
import { anonymised } from '../../../src/db/retention/anonymise'
import type { Runner } from '../../../src/jobs/walk'
import { UsageError } from '../fault'
import { actorOf } from '../records'
import { type Criteria, soughtOf } from './criteria'
import { inPortions } from './portions'
import type { Found } from './search'

/** What an erasure takes. */
export interface Erasure {
  criteria: Criteria
  evenOpen: boolean
  /** Notes in other residents' cases that name the email address or phone number. */
  evenMentions: boolean
}

/** Numbers of records erased. */
export interface Erased {
  cases: number
  messages: number
  storedResults: number
  casesWithMentions: number
}

/**
 * Only the records that are sure to be the resident's and not excepted by their references, and the stored results that
 * hold nothing of an excepted one. Throws a `UsageError` for a reference that was not found: mistyped, it would except
 * nothing, and somebody else's record would go with the rest.
 */
export function sureOf({ cases, messages, results }: Found, except: readonly string[]): Found {
  const records = [...cases, ...messages]
  const unknown = except.filter((reference) => !records.some((row) => row.reference === reference))
  if (unknown.length > 0) throw new UsageError(`Not among what was found, so nothing was done: ${unknown.join(', ')}`)
  const isTaken = (row: { sure: boolean; reference: string }) => row.sure && !except.includes(row.reference)
  return {
    cases: cases.filter(isTaken),
    messages: messages.filter(isTaken),
    results: withoutThoseOf(
      records.filter(({ reference }) => except.includes(reference)),
      results,
    ),
  }
}

/** What of `sureOf` may be given to the resident: no stored result of somebody else's record that only names them. */
export function givableOf(found: Found, except: readonly string[]): Found {
  const taken = sureOf(found, except)
  const unsure = [...found.cases, ...found.messages].filter(({ sure }) => !sure)
  return { ...taken, results: withoutThoseOf(unsure, taken.results) }
}

const withoutThoseOf = (records: readonly { id: string }[], results: Found['results']) =>
  results.filter(({ route, body }) => !records.some(({ id }) => route.includes(id) || body.includes(id)))

/** Throws a `UsageError` for cases that are not closed, and messages that nobody has dealt with. */
export function requireSettled({ cases, messages }: Found): void {
  const open = [
    ...cases.filter(({ closedAt }) => closedAt === null),
    ...messages.filter(({ status }) => status === 'new'),
  ].map(({ reference }) => reference)
  if (open.length === 0) return
  throw new UsageError(`Still open, so nothing was erased: ${open.join(', ')}. Close them first, or give --even-open.`)
}

const isMention = ({ sure, matchedBy }: Found['cases'][number] | Found['messages'][number]) =>
  !sure && matchedBy.includes('text')

/** Cases of others whose notes may name the resident. */
export const mentionsIn = ({ cases }: Found) => cases.filter(isMention)

/** References of others' cases and messages that name the resident. */
export const namedIn = ({ cases, messages }: Found) =>
  [...cases.filter(isMention), ...messages.filter(isMention)].map(({ reference }) => reference)

/** Erases what was found, a portion per trip. What a stop leaves is found again by the same command. */
export async function erase(
  run: Runner,
  tenant: { id: string; now: string },
  taken: Found,
  mentioning: readonly { id: string }[],
  { criteria, evenOpen, evenMentions }: Erasure,
): Promise<Erased> {
  async function each(action: Action, statement: Statement<number>, rows: readonly { id: string }[]): Promise<number> {
    let total = 0
    for (const portion of inPortions(rows)) {
      const ids = JSON.stringify(portion.map(({ id }) => id))
      const actor = {
        ...actorOf(tenant.id, tenant.now),
        ...actValues(action, ''),
        ...anonymised,
        ...soughtOf(criteria),
      }
      const { n } = await run({ n: statement.bind({ ...actor, ids, evenOpen: evenOpen ? 1 : 0 }) })
      total += n
    }
    return total
  }
  // Results first: a request that is sent again meanwhile must not bring one back.
  let storedResults = 0
  for (const portion of inPortions(taken.results, 20)) {
    const results = JSON.stringify(portion.map(({ owner, route, key }) => [owner, route, key]))
    storedResults += (await run({ n: eraseResults.bind({ tenantId: tenant.id, results }) })).n
  }
  return {
    storedResults,
    cases: await each('case.erase', eraseCases, taken.cases),
    messages: await each('submission.erase', eraseMessages, taken.messages),
    casesWithMentions: evenMentions ? await each('case.erase', eraseMentions, mentioning) : 0,
  }
}
