import { type SQL, sql } from 'drizzle-orm'
import { asIso } from '../gate/caller'
import { never } from '../schema/publications'

const iso = (column: string) => asIso(sql.raw(column))

const yesNo = (column: string) => sql.raw(`json(case when ${column} then 'true' else 'false' end)`)

const published = sql`case when t.published_at < ${sql.raw(String(never))} then ${iso('t.published_at')} end`

const from = (table: string, object: SQL) =>
  sql`(select ${object} from ${sql.raw(table)} t where t.id = c.target_id and t.tenant_id = c.tenant_id)`

const ofCase = sql`
  case c.event when 'case_status_changed'
  then json_object('id', t.id, 'reference', t.reference, 'fromStatus', c.from_status, 'toStatus', c.to_status)
  else json_object('id', t.id, 'reference', t.reference, 'status', t.status, 'residentName', t.resident_name) end`

const item = sql`'id', t.id, 'externalId', t.external_id, 'title', t.title`

const approval = sql`'approved', ${yesNo('t.approved')}, 'publishedAt', ${published}`

const full = sql`
  case c.target_type
  when 'case' then ${from('cases', ofCase)}
  when 'submission' then ${from('submissions', sql`json_object('id', t.id, 'reference', t.reference, 'status', t.status, 'name', t.name)`)}
  when 'news' then ${from('publications', sql`json_object(${item}, ${approval})`)}
  when 'event' then ${from('publications', sql`json_object(${item}, 'type', t.type, 'startsAt', ${iso('t.starts_at')}, ${approval})`)}
  when 'ward' then ${from('wards', sql`json_object('id', t.id, 'name', t.name, 'code', t.code, 'enabled', ${yesNo('t.enabled')})`)}
  when 'user' then ${from('users', sql`json_object('id', t.id, 'name', t.name, 'email', t.email, 'role', t.role, 'enabled', ${yesNo('t.enabled')})`)}
  end`

/**
 * The `data` of a message about the change `c` to the endpoint `e`, as JSON text: read from the target's row as it is now,
 * so that a resident who has been anonymised stays so. Only the id where the endpoint wants no more, or the target is gone.
 */
export const payloadData = sql<string>`
  coalesce(case e.payload when 'full' then ${full} end, json_object('id', c.target_id))`
