import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Status, TimelineType } from '../../domain/vocabulary'
import { jsonObject, withoutEnd } from '../json-object'
import type { Ref } from '../ref'
import { cases, timeline } from '../schema/cases'
import { categories, wards } from '../schema/directory'
import { users } from '../schema/tenants'
import { type CaseDetail, detailColumns, summaryColumns } from './case-columns'

/** Maximum number of timeline entries in a case. */
const timelineShown = 200

/** Maximum size of the entries in a case, in bytes of JSON, each with its comma. */
const timelineBytes = 1024 * 1024

/** A timeline entry. */
export interface TimelineEntry {
  id: string
  type: TimelineType
  body: string | null
  fromStatus: Status | null
  toStatus: Status | null
  actor: Ref
  createdAt: string
}

/** A case with its latest timeline entries, oldest first. */
export interface CaseWithTimeline extends CaseDetail {
  timeline: TimelineEntry[]
  /** Earlier entries exist. */
  timelineTruncated?: true
}

const item = (
  table: typeof wards | typeof categories | typeof users,
  id: AnySQLiteColumn,
  fields: Record<string, SQLWrapper>,
) => sql`(select ${jsonObject(fields)} from ${table} where ${table.id} = ${id})`

/** What a case refers to, looked up by the case's own ids. */
const references = {
  category: item(categories, cases.categoryId, { id: categories.id, name: categories.name }),
  ward: item(wards, cases.wardId, { id: wards.id, name: wards.name }),
  assignee: item(users, cases.assigneeId, { id: users.id, name: users.name, role: users.role }),
}

/** A row of `cases` as a `CaseSummary`, in JSON. */
export const summaryJson = jsonObject({ ...summaryColumns, ...references })

const entryJson = jsonObject({
  id: timeline.id,
  type: timeline.type,
  body: timeline.body,
  fromStatus: timeline.fromStatus,
  toStatus: timeline.toStatus,
  actor: jsonObject({ id: users.id, name: users.name }),
  createdAt: timeline.createdAt,
})

/** The latest entries of a row of `cases`, newest first, each with its place and the bytes up to and including it. */
const latest = sql`(
  select id, entry, row_number() over latest as place, sum(octet_length(entry) + 1) over latest as bytes
  from (
    select ${timeline.id} as id, ${entryJson} as entry
    from ${timeline} cross join ${users} on ${users.id} = ${timeline.actorId}
    where ${timeline.caseId} = ${cases.id}
    order by ${timeline.id} desc limit ${sql.raw(String(timelineShown + 1))})
  window latest as (rows unbounded preceding))`

/** The newest entry always fits: it is at most 4,000 characters long. */
const isShown: SQL = sql.raw(`(place <= ${timelineShown} and bytes <= ${timelineBytes})`)

const timelineJson = sql`(
  select '"timeline":[' || coalesce(group_concat(entry, ',' order by id) filter (where ${isShown}), '') || ']'
    || iif(count(*) > count(*) filter (where ${isShown}), ',"timelineTruncated":true', '')
  from ${latest})`

/** A row of `cases` as a `CaseWithTimeline`, in JSON. */
export const caseJson = sql`${withoutEnd(jsonObject({ ...detailColumns, ...references }))} || ',' || ${timelineJson} || '}'`
