import { type BoundStatement, build } from '../../../src/db/query'
import { cases, timeline } from '../../../src/db/schema/cases'
import { newId } from '../../../src/domain/id'
import { bound } from '../../operator/database'
import { type DemoCase, demoCases, type demoCategories, type demoPeople, type demoWards } from './cases'
import { numbering } from './numbering'

/** The moment some days before another. */
export const before = (now: string, days: number) => new Date(Date.parse(now) - days * 24 * 3600 * 1000).toISOString()

/** Under which ids the demo's people, wards and categories are stored. */
export interface DemoIds {
  person(key: keyof typeof demoPeople): string
  ward(key: keyof typeof demoWards): string
  category(key: keyof typeof demoCategories): string | null
}

/** The demo's cases with their timelines, numbered as they came in. */
export function newCases(tenantId: string, now: string, ids: DemoIds): BoundStatement[] {
  const numbers = numbering(tenantId, 'CW')
  const rows = demoCases.map((one) => {
    const { year, number, reference } = numbers.next(before(now, one.taken[0]))
    return caseRows(one, { tenantId, reference, serial: year * 1_000_000 + number }, now, ids)
  })
  return [
    bound(build.insert(cases).values(rows.map(({ row }) => row))),
    bound(build.insert(timeline).values(rows.flatMap(({ entries }) => entries))),
    numbers.counters(),
  ]
}

interface Numbered {
  tenantId: string
  reference: string
  serial: number
}

/** A demo case as rows: the case as its events have left it, and its timeline. */
function caseRows(one: DemoCase, numbered: Numbered, now: string, ids: DemoIds) {
  const createdAt = before(now, one.taken[0])
  const id = newId(createdAt)
  const entries = entriesOf(one, id, now, ids)
  const moved = (status: string) => entries.find(({ toStatus }) => toStatus === status)?.createdAt ?? null
  const [residentName, residentEmail, residentPhone, residentAddress, residentPostcode] = one.resident
  const row = {
    ...numbered,
    id,
    status: entries.findLast(({ toStatus }) => toStatus)?.toStatus ?? 'open',
    archived: one.isArchived ?? false,
    ...{ residentName, residentEmail, residentPhone, residentAddress, residentPostcode },
    summary: one.summary,
    description: one.description,
    sourceChannel: one.channel,
    categoryId: ids.category(one.category),
    wardId: ids.ward(one.ward),
    assigneeId: one.assignee && ids.person(one.assignee),
    highlightedForPublic: one.published !== undefined,
    publicSummary: one.published?.[0] ?? null,
    publicThemes: one.published?.[1] ?? null,
    version: entries.length,
    resolvedAt: moved('resolved'),
    closedAt: moved('closed'),
    createdAt,
    updatedAt: entries.at(-1)?.createdAt ?? createdAt,
  }
  return { row, entries }
}

function entriesOf({ taken, events, isArchived }: DemoCase, caseId: string, now: string, ids: DemoIds) {
  type Entry = typeof timeline.$inferInsert
  const entry = (
    days: number,
    by: keyof typeof demoPeople,
    what: Pick<Entry, 'type'> & Partial<Entry>,
    step: number,
  ) => {
    // A minute apart, so that what happened on one day keeps its order.
    const at = before(now, days - step / 1440)
    return {
      caseId,
      id: newId(at),
      actorId: ids.person(by),
      body: null,
      fromStatus: null,
      toStatus: null,
      createdAt: at,
      ...what,
    }
  }
  let status: Entry['toStatus'] = 'open'
  const entries = [entry(taken[0], taken[1], { type: 'created' }, 0)]
  for (const [i, [days, by, what]] of events.entries()) {
    if (what === 'assigned') entries.push(entry(days, by, { type: 'assigned' }, i + 1))
    else if ('note' in what) entries.push(entry(days, by, { type: 'note', body: what.note }, i + 1))
    else {
      entries.push(entry(days, by, { type: 'status_changed', fromStatus: status, toStatus: what.to }, i + 1))
      status = what.to
    }
  }
  const [lastDays, lastBy] = events.at(-1) ?? taken
  if (isArchived) entries.push(entry(lastDays - 1, lastBy, { type: 'archived' }, 0))
  return entries
}
