import type { Values } from '../../../src/db/query'
import { casesHeld, messagesHeld } from '../../../src/db/residents/held'
import {
  countCases,
  type FoundCase,
  type FoundMessage,
  type FoundResult,
  scannedAtOnce,
  scans,
} from '../../../src/db/residents/scan'
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

/** Walks through a tenant's cases, messages and stored results, a portion of each per trip. */
export async function search(run: Runner, tenantId: string, criteria: Criteria): Promise<Found> {
  const values = { tenantId, ...soughtOf(criteria) }
  const found = await allRecords(run, values)
  const [cases, messages] = [matched(found.cases, criteria), matched(found.messages, criteria)]
  await addConverted(run, values, cases, messages)
  const ids = [...cases, ...messages].filter(({ sure }) => sure).map(({ id }) => id)
  return { cases, messages, results: await allResults(run, { ...values, ids: JSON.stringify(ids) }) }
}

function matched<T extends FoundCase | FoundMessage>(rows: T[], criteria: Criteria): Matched<T>[] {
  return rows.flatMap((row) => {
    const own = matchesOf(row, criteria)
    const matchedBy: Match[] = row.isMention ? [...own, 'text'] : own
    return matchedBy.length > 0 ? [{ ...row, matchedBy, sure: isSure(matchedBy) }] : []
  })
}

/** Where a walk goes on after a portion; undefined at its end. */
const next = (end: { rows: number } | undefined): Values | undefined =>
  end?.rows === scannedAtOnce ? { ...end } : undefined

async function allRecords(run: Runner, values: object): Promise<{ cases: FoundCase[]; messages: FoundMessage[] }> {
  const found = { cases: [] as FoundCase[], messages: [] as FoundMessage[] }
  let inCases: Values | undefined = { after: -1 }
  let inMessages: Values | undefined = { afterAt: -1, after: '' }
  let progress: ReturnType<typeof searchProgress> | undefined
  try {
    while (inCases || inMessages) {
      const cases: Values | undefined = inCases && { ...values, ...inCases }
      const messages: Values | undefined = inMessages && { ...values, ...inMessages }
      const portion = await run({
        total: countCases.bind({ ...values }),
        cases: cases && scans.cases.rows.bind(cases),
        casesEnd: cases && scans.cases.end.bind(cases),
        messages: messages && scans.messages.rows.bind(messages),
        messagesEnd: messages && scans.messages.end.bind(messages),
      })
      progress ??= searchProgress(portion.total.rows)
      progress.add(portion.casesEnd?.rows ?? 0)
      found.cases.push(...(portion.cases ?? []))
      found.messages.push(...(portion.messages ?? []))
      inCases = next(portion.casesEnd)
      inMessages = next(portion.messagesEnd)
    }
    return found
  } finally {
    progress?.stop()
  }
}

async function allResults(run: Runner, values: object): Promise<FoundResult[]> {
  const found: FoundResult[] = []
  let place: Values | undefined = { afterOwner: '', afterRoute: '', afterKey: '' }
  while (place) {
    const bound: Values = { ...values, ...place }
    const { rows, end } = await run({ rows: scans.results.rows.bind(bound), end: scans.results.end.bind(bound) })
    found.push(...rows)
    place = next(end)
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
  if (caseIds.length + messageIds.length === 0) return
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
