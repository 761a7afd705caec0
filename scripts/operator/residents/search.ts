import {
  casesHeld,
  countCases,
  type FoundCase,
  type FoundMessage,
  type FoundResult,
  messagesHeld,
  scans,
} from '../../../src/db/residents'
import type { Runner } from '../../../src/jobs/walk'
import { type Criteria, isSure, type Match, matchesOf, soughtOf } from './criteria'
import { searchProgress } from './progress'

/** A record with what was matched; `sure` where it is taken to be the resident's. */
export type Matched<T> = T & { matchedBy: Match[]; sure: boolean }

/** Everything of a tenant that may be a resident's. Another table that holds residents' data is another member. */
export interface Found {
  cases: Matched<FoundCase>[]
  messages: Matched<FoundMessage>[]
  /** Stored results that hold the resident's data, or are of their cases. */
  results: FoundResult[]
}

/** Walks through a tenant's cases, messages and stored results, a portion per trip. */
export async function search(run: Runner, tenantId: string, criteria: Criteria): Promise<Found> {
  const values = { tenantId, ...soughtOf(criteria) }
  const { total } = await run({ total: countCases.bind(values) })
  const progress = searchProgress(total.rows)
  try {
    const cases = matched(await allCases(run, values, progress.add), criteria)
    const messages = matched(await allMessages(run, values), criteria)
    await addConverted(run, values, cases, messages)
    const ids = [...cases, ...messages].filter(({ sure }) => sure).map(({ id }) => id)
    return { cases, messages, results: await allResults(run, { ...values, ids: JSON.stringify(ids) }) }
  } finally {
    progress.stop()
  }
}

function matched<T extends FoundCase | FoundMessage>(rows: T[], criteria: Criteria): Matched<T>[] {
  return rows.flatMap((row) => {
    const own = matchesOf(row, criteria)
    const matchedBy: Match[] = row.isMention ? [...own, 'text'] : own
    return matchedBy.length > 0 ? [{ ...row, matchedBy, sure: isSure(matchedBy) }] : []
  })
}

async function allCases(run: Runner, values: object, add: (rows: number) => void): Promise<FoundCase[]> {
  const found: FoundCase[] = []
  let after: number | null = -1
  while (after !== null) {
    const bound = { ...values, after }
    const portion: { rows: FoundCase[]; end: { after: number | null; rows: number } } = await run({
      rows: scans.cases.rows.bind(bound),
      end: scans.cases.end.bind(bound),
    })
    found.push(...portion.rows)
    add(portion.end.rows)
    after = portion.end.after
  }
  return found
}

async function allMessages(run: Runner, values: object): Promise<FoundMessage[]> {
  const found: FoundMessage[] = []
  let place: { afterAt: number | null; after: string | null } = { afterAt: -1, after: '' }
  while (place.afterAt !== null) {
    const bound = { ...values, ...place }
    const portion: { rows: FoundMessage[]; end: typeof place } = await run({
      rows: scans.messages.rows.bind(bound),
      end: scans.messages.end.bind(bound),
    })
    found.push(...portion.rows)
    place = portion.end
  }
  return found
}

interface ResultPlace {
  afterOwner: string
  afterRoute: string
  afterKey: string
}

async function allResults(run: Runner, values: object): Promise<FoundResult[]> {
  const found: FoundResult[] = []
  let place: ResultPlace | undefined = { afterOwner: '', afterRoute: '', afterKey: '' }
  while (place) {
    const bound: ResultPlace = { ...values, ...place }
    const portion: { rows: FoundResult[]; end: ResultPlace | undefined } = await run({
      rows: scans.results.rows.bind({ ...bound }),
      end: scans.results.end.bind({ ...bound }),
    })
    found.push(...portion.rows)
    place = portion.end
  }
  return found
}

/** Adds the cases that the resident's messages were converted to, and the messages that their cases were made from. */
async function addConverted(
  run: Runner,
  values: object,
  cases: Matched<FoundCase>[],
  messages: Matched<FoundMessage>[],
): Promise<void> {
  const caseIds = idsOf(messages.map(({ sure, caseId }) => (sure ? caseId : null)))
  const messageIds = idsOf(cases.map(({ sure, submissionId }) => (sure ? submissionId : null)))
  const held = await run({
    cases: casesHeld.bind({ ...values, ids: JSON.stringify(caseIds) }),
    messages: messagesHeld.bind({ ...values, ids: JSON.stringify(messageIds) }),
  })
  for (const one of held.cases) {
    const row: FoundCase = {
      ...one,
      ...{ name: one.residentName, email: one.residentEmail, phone: one.residentPhone, postcode: one.residentPostcode },
      closedAt: one.closedAt === null ? null : Date.parse(one.closedAt),
      isMention: 0,
    }
    addTo(cases, row)
  }
  for (const one of held.messages) {
    const caseId = cases.find(({ submissionId }) => submissionId === one.id)?.id ?? null
    addTo(messages, { ...one, caseId, isMention: 0 })
  }
}

const idsOf = (ids: (string | null)[]) => ids.filter((id) => id !== null)

function addTo<T extends { id: string }>(list: Matched<T>[], row: T): void {
  const known = list.find(({ id }) => id === row.id)
  if (known) {
    if (!known.sure) known.matchedBy.push('conversion')
    known.sure = true
  } else list.push({ ...row, matchedBy: ['conversion'], sure: true })
}
