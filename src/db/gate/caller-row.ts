import { sql } from 'drizzle-orm'
import type { CallerRow } from '../../gate/principal'
import type { WindowRow } from '../../gate/rate-limit'
import { mapped, textStatement } from '../query'
import { callerColumns, fromCaller } from './caller'

type Row = CallerRow & WindowRow

/** What the gate must know of a caller, in the order of their text. */
const columns: Record<keyof Row, keyof typeof callerColumns> = {
  keyId: 'key_id',
  familyId: 'family_id',
  keyName: 'key_name',
  prefix: 'prefix',
  scopes: 'scopes',
  expiresAt: 'expires_at',
  allowedAddresses: 'allowed_addresses',
  tenantId: 'tenant_id',
  tenantSlug: 'slug',
  tenantName: 'tenant_name',
  plan: 'plan',
  disclosures: 'disclosures',
  planOverride: 'plan_override',
  userId: 'user_id',
  userName: 'user_name',
  role: 'role',
  limit: 'quota',
  windowMs: 'window_ms',
  hits: 'hits',
  now: 'now',
}

const names = Object.keys(columns)
const values = sql.raw(
  Object.values(columns)
    .map((column) => `caller.${column}`)
    .join(', '),
)
const expressions = sql.join(
  Object.values(columns).map((column) => callerColumns[column]),
  sql`, `,
)

/** Holder of a live key, and their window after the hit. No row: the key is rejected. */
export const caller = mapped(
  textStatement(sql`json_array(${values})`, {
    isCorrelated: true,
    // Without the table around it: SQLite compiles it in two thirds of the time.
    aloneAs: sql`select json_array(${expressions}) as text ${fromCaller}`,
  }),
  (text): Row | undefined => {
    if (text === undefined) return
    const row: unknown[] = JSON.parse(text)
    // Each name's own column.
    return Object.fromEntries(names.map((name, index) => [name, row[index]])) as unknown as Row
  },
)
