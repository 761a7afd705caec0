import { type SQL, sql } from 'drizzle-orm'
import { type ChangeEvent, type ChangeTarget, changeTargets, targetScopes } from '../domain/vocabulary'
import { jsonColumn } from './conditions'
import { asIso, callerScopes, callerTenant, callerViewer } from './gate/caller'
import { atMostOne, build, placeholder, type Statement, statement, type Values } from './query'
import { cases } from './schema/cases'
import { changes } from './schema/changes'

/** A change as it is read. */
interface Change {
  sequence: number
  id: string
  event: ChangeEvent
  at: string
  targetType: ChangeTarget
  targetId: string
  reference: string | null
}

/** A stretch of the caller's log. */
export interface ChangePage {
  /** Numbers of the oldest and newest change kept, or null before the first. */
  oldest: number | null
  newest: number | null
  /** What the caller may read of the stretch, oldest first. */
  changes: Change[]
}

/** Maximum number of changes that one call looks at, however few of them match. */
export const scannedAtOnce = 1_000

/** Filters of the log. */
export interface ChangesAsked {
  /** The number after which to begin; absent for the oldest kept. */
  after?: number | undefined
  types?: readonly ChangeEvent[] | undefined
  limit: number
}

/** Values of `changePage`. */
export const changeValues = ({ after, types, limit }: ChangesAsked): Values => ({
  after: after ?? null,
  types: types ? ` ${types.join(' ')} ` : null,
  limit,
})

const isWord = (list: SQL, word: SQL) => sql`instr(' ' || ${list} || ' ', ' ' || ${word} || ' ') > 0`

/** The scope that reads a change, by its target; null reads nothing. */
const itsScope = sql`case ${changes.targetType} ${sql.join(
  changeTargets.map((target) => sql.raw(`when '${target}' then '${targetScopes[target]}'`)),
  sql` `,
)} end`

const isSeen = sql`(me.viewer = '' or ${changes.targetType} <> 'case' or exists (
  select 1 from ${cases} where ${cases.id} = ${changes.targetId} and ${cases.tenantId} = me.tenant
  and ${cases.assigneeId} = me.viewer))`

// Numbers have no gaps, so a stretch of them is as many rows.
const stretch = sql`
  select json_object(
    'sequence', ${changes.sequence}, 'id', ${changes.id}, 'event', ${changes.event}, 'at', ${asIso(sql`${changes.at}`)},
    'targetType', ${changes.targetType}, 'targetId', ${changes.targetId}, 'reference', ${changes.reference}) as line
  from ${changes}
  where ${changes.tenantId} = me.tenant
  and ${changes.sequence} > me.start and ${changes.sequence} <= me.start + ${sql.raw(String(scannedAtOnce))}
  and (${placeholder('types')} is null or instr(${placeholder('types')}, ' ' || ${changes.event} || ' ') > 0)
  and ${isWord(sql`me.scopes`, itsScope)} and ${isSeen}
  order by ${changes.sequence} limit ${placeholder('limit')}`

const numbered = (of: 'min' | 'max') => sql`(
  select ${sql.raw(of)}(${changes.sequence}) from ${changes} where ${changes.tenantId} = reader.tenant)`

const readsAny = sql.join(
  changeTargets.map((target) => isWord(sql`reader.scopes`, sql.raw(`'${targetScopes[target]}'`))),
  sql` or `,
)

// A key without any of the scopes has no row here, and so reads nothing.
const me = sql`(
  select log.*, coalesce(${placeholder('after')}, log.oldest - 1, 0) as start from (
    select reader.*, ${numbered('min')} as oldest, ${numbered('max')} as newest
    from (select ${callerTenant()} as tenant, ${callerViewer()} as viewer, ${callerScopes()} as scopes) reader
    where reader.tenant is not null and (${readsAny})) log)`

/** The changes after a number, in the gate's trip: a stretch of the primary key. No row if the caller was refused. */
export const changePage: Statement<ChangePage | undefined> = atMostOne(
  statement(
    build
      .select({
        oldest: sql<number | null>`me.oldest`.as('oldest'),
        newest: sql<number | null>`me.newest`.as('newest'),
        changes: jsonColumn<Change[]>(sql`(select json_group_array(json(line)) from (${stretch}))`, 'changes'),
      })
      .from(sql`${me} me`),
  ),
)

/** The number to go on from: of the last change shown if there may be more, else the last one looked at. */
export function nextOf({ after, limit }: ChangesAsked, { oldest, newest, changes }: ChangePage): number {
  const last = changes.at(-1)
  if (last && changes.length === limit) return last.sequence
  const start = after ?? (oldest ?? 1) - 1
  return Math.min(start + scannedAtOnce, newest ?? start)
}
