import { type BoundStatement, build } from '../../../src/db/query'
import { publications } from '../../../src/db/schema/publications'
import { newId } from '../../../src/domain/id'
import type { EventType } from '../../../src/domain/vocabulary'
import { bound } from '../../operator/database'
import { before, type DemoIds } from './case-rows'
import type { DemoPerson, DemoWard } from './cases'

interface DemoPublication {
  title: string
  body: string
  by: DemoPerson
  writtenDaysAgo: number
  /** Left out of a draft. */
  publishedDaysAgo?: number
}

interface DemoCalendarEntry extends DemoPublication {
  type: EventType
  location: string
  postcode: string
  ward?: DemoWard
  /** From now; negative for the past. */
  inDays: number
  from: string
  to: string
}

/** Events of the demo: three approved and a draft. */
const demoCalendar: readonly DemoCalendarEntry[] = [
  {
    title: 'Harbour clean-up morning',
    body: 'Gloves, bags and tea are provided. Children are welcome with an adult.',
    by: 'bethan',
    writtenDaysAgo: 40,
    publishedDaysAgo: 39,
    type: 'community',
    location: 'The quay, by the lifeboat station',
    postcode: 'TR991JN',
    ward: 'harbour',
    inDays: -12,
    from: '09:30',
    to: '12:00',
  },
  {
    title: 'Councillor surgery with Cllr Owen Pascoe',
    body: 'No appointment is needed. Bring any letters that you have had about the matter.',
    by: 'owen',
    writtenDaysAgo: 15,
    publishedDaysAgo: 14,
    type: 'surgery',
    location: 'Porthmellow Library, Fore Street',
    postcode: 'TR991DG',
    ward: 'harbour',
    inDays: 9,
    from: '10:00',
    to: '12:00',
  },
  {
    title: 'Full council',
    body: 'The public may attend. Questions must reach the clerk three working days before.',
    by: 'priya',
    writtenDaysAgo: 11,
    publishedDaysAgo: 10,
    type: 'council',
    location: 'Council chamber, Station Road',
    postcode: 'TR993FH',
    inDays: 16,
    from: '18:00',
    to: '20:30',
  },
  {
    title: 'Have your say: parking around the station',
    body: 'Maps of three possible permit zones, and officers to explain them.',
    by: 'hannah',
    writtenDaysAgo: 2,
    type: 'consultation',
    location: 'St Petroc’s church hall',
    postcode: 'TR992HL',
    ward: 'stpetroc',
    inDays: 23,
    from: '15:00',
    to: '19:00',
  },
]

/** News of the demo: two approved articles and a draft. */
const demoNews: readonly DemoPublication[] = [
  {
    title: 'New opening hours at the recycling centre',
    body: 'From the first of next month the centre opens at eight, and stays open until six on Saturdays.',
    by: 'priya',
    writtenDaysAgo: 21,
    publishedDaysAgo: 20,
  },
  {
    title: 'Street lights on Fore Street are back on',
    body: 'The network operator has replaced the cable that failed in the storm. Please report any column still dark.',
    by: 'tomasz',
    writtenDaysAgo: 9,
    publishedDaysAgo: 8,
  },
  {
    title: 'Plans for the skate park are on show',
    body: 'Two designs hang in the library until the end of the month. Write on the cards, or tell a councillor.',
    by: 'hannah',
    writtenDaysAgo: 1,
  },
]

/** The demo's events and news. */
export function newPublications(tenantId: string, now: string, ids: DemoIds): BoundStatement {
  const events = demoCalendar.map((one) => ({
    ...rowOf(one, tenantId, now, ids),
    kind: 'event' as const,
    type: one.type,
    location: one.location,
    postcode: one.postcode,
    wardId: one.ward ? ids.ward(one.ward) : null,
    startsAt: timeOn(now, one.inDays, one.from),
    endsAt: timeOn(now, one.inDays, one.to),
  }))
  const news = demoNews.map((one) => ({
    ...rowOf(one, tenantId, now, ids),
    kind: 'news' as const,
    source: 'Council newsroom',
  }))
  return bound(build.insert(publications).values([...events, ...news]))
}

function rowOf({ title, body, by, ...one }: DemoPublication, tenantId: string, now: string, ids: DemoIds) {
  const createdAt = before(now, one.writtenDaysAgo)
  const publishedAt = one.publishedDaysAgo === undefined ? undefined : before(now, one.publishedDaysAgo)
  return {
    id: newId(createdAt),
    tenantId,
    title,
    body,
    createdBy: ids.person(by),
    approved: publishedAt !== undefined,
    publishedAt,
    // Approval is a change.
    version: publishedAt ? 2 : 1,
    createdAt,
    updatedAt: publishedAt ?? createdAt,
  }
}

const timeOn = (now: string, inDays: number, time: string) => `${before(now, -inDays).slice(0, 10)}T${time}:00.000Z`
