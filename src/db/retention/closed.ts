import { type SQL, sql } from 'drizzle-orm'
import { databaseClock } from '../gate/caller'
import { all, changes, mapped, placeholder, type Statement, sqlStatement } from '../query'

/** Closed tenants of a cell whose data may be erased by now, a hundred at most. */
export const erasableTenants = sqlStatement<{ id: string }>(sql`
  select id from tenants where closed_at is not null and erase_after <= ${databaseClock} order by erase_after limit 100`)

const tenantId = sql`${placeholder('tenantId')}`

// Repeated in each portion: a tenant that has been given more time in the meantime keeps what it has left.
const mayErase = sql`exists (
  select 1 from tenants where id = ${tenantId} and closed_at is not null and erase_after <= ${databaseClock})`

/** Maximum rows of a table per portion, and of cases, whose triggers write many rows each. D1 is blocked while one runs. */
const rowsAtOnce = 200
const casesAtOnce = 50

const raw = (text: string | number) => sql.raw(String(text))

const isOwn = sql`tenant_id = ${tenantId}`

/** Deletes some of a table's rows, which a primary key and a condition name, and yields their number. */
const deletion = (table: string, key: string, condition: SQL = isOwn): Statement<number> =>
  changes(
    sqlStatement(sql`
      delete from ${raw(table)} where ${mayErase} and (${raw(key)}) in (
        select ${raw(key)} from ${raw(table)} where ${condition} limit ${raw(rowsAtOnce)})`),
  )

const firstCases = sql`(select id from cases where ${isOwn} order by serial limit ${raw(casesAtOnce)})`
const firstFamilies = sql`(select family_id from keys where ${isOwn} order by created_at limit ${raw(rowsAtOnce)})`
const ownEndpoints = sql`(select id from webhook_endpoints where ${isOwn})`
const ownWards = sql`(select id from wards where ${isOwn})`

/** A row without entries in a table that names it: one that has some is left for the next portion. */
const hasNone = (table: string, column: string, id: string) =>
  sql`not exists (select 1 from ${raw(table)} where ${raw(column)} = ${raw(id)})`

/** Parts of a portion as one: the rows of all of them. */
const together = (parts: Record<string, Statement<number>>): Statement<number> =>
  mapped(all(parts), (rows) => Object.values(rows).reduce((sum, n) => sum + n, 0))

/**
 * What erases the tenant `tenantId`, once it is closed and its time has come: portions of each step, until one finds
 * nothing. What names another row goes before it, so that a run that stops leaves nothing that cannot be found again; the
 * tenant itself goes last.
 */
export const erasure: readonly Statement<number>[] = [
  together({
    timeline: deletion('timeline', 'case_id, id', sql`case_id in ${firstCases}`),
    cases: deletion('cases', 'id', sql`id in ${firstCases} and ${hasNone('timeline', 'case_id', 'cases.id')}`),
  }),
  together({
    deliveries: deletion('webhook_deliveries', 'endpoint_id, id', sql`endpoint_id in ${ownEndpoints}`),
    parked: deletion('webhook_parked', 'endpoint_id, sequence', sql`endpoint_id in ${ownEndpoints}`),
    councillors: deletion('ward_councillors', 'ward_id, user_id', sql`ward_id in ${ownWards}`),
    // Of its forms and of its keys.
    replays: deletion(
      'idempotency',
      'owner, route, key',
      sql`owner > ${tenantId} || ':' and owner < ${tenantId} || ';'`,
    ),
  }),
  together({
    results: deletion('idempotency', 'owner, route, key', sql`owner in ${firstFamilies}`),
    windows: deletion('windows', 'id', sql`id in ${firstFamilies}`),
    keys: deletion(
      'keys',
      'hash',
      sql`family_id in ${firstFamilies} and ${isOwn} and ${hasNone('idempotency', 'owner', 'keys.family_id')}`,
    ),
  }),
  together({
    endpoints: deletion('webhook_endpoints', 'id'),
    submissions: deletion('submissions', 'id'),
    publications: deletion('publications', 'id'),
    wards: deletion('wards', 'id'),
    categories: deletion('categories', 'id'),
    users: deletion('users', 'id'),
    changes: deletion('changes', 'tenant_id, sequence'),
    disclosures: deletion('disclosures', 'tenant_id, day, target_type, target_id, key_id'),
    audit: deletion('audit', 'tenant_id, id'),
    counters: deletion('counters', 'tenant_id, kind, year'),
    counts: deletion('case_counts', 'tenant_id, viewer, archived, status'),
    tallies: deletion('case_tallies', 'tenant_id, viewer, kind, key'),
  }),
  changes(sqlStatement(sql`delete from tenants where id = ${tenantId} and ${mayErase}`)),
]
