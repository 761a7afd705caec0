import { and, eq, sql } from 'drizzle-orm'
import { build, statement } from '../query'
import { keys, tenants, users, windows } from '../schema/tenants'
import { clock, isLive } from './caller'
import { admission, firstHit, recordHit } from './hit'

const placeholder = sql.placeholder

/** Admits one request of an address if its window has room: the same window as a key's, under the address's HMAC. */
export const addressHit = statement(
  build
    .insert(windows)
    .select(
      build
        .select({
          id: sql<string>`${placeholder('client')}`.as('id'),
          quota: sql<number>`${placeholder('limit')}`.as('quota'),
          windowMs: sql<number>`${placeholder('windowSeconds')} * 1000`.as('window_ms'),
          ...firstHit,
        })
        .from(sql`(select 1)`)
        .where(sql`true`),
    )
    .onConflictDoUpdate(recordHit)
    .returning({ admitted: sql<number>`1`.as('admitted') }),
)

/** An address's window as it is after the hit. */
export const addressWindow = statement(
  build
    .select({
      hits: windows.hits,
      limit: sql<number>`${placeholder('limit')}`.as('quota'),
      windowMs: sql<number>`${placeholder('windowSeconds')} * 1000`.as('window_ms'),
      now: clock.as('now'),
    })
    .from(windows)
    .where(eq(windows.id, placeholder('client'))),
)

/** Counts an address's request. */
export const addressAdmission = admission(addressHit, addressWindow)

const family = build.select({ id: keys.familyId }).from(keys).innerJoin(users, eq(users.id, keys.userId)).where(isLive)

/** The window that counts the request: its address's, or its key's family. */
const client = sql`coalesce(${placeholder('client')}, (${family}))`

/** Whether this batch's hit was admitted; or nothing is counted here: a page, or a key that another cell counted. */
const wasAdmitted = sql`(${placeholder('counted')} = 0 or exists (
  select 1 from ${windows} where ${windows.id} = ${client} and ${windows.mark} = ${placeholder('mark')}))`

const named = and(eq(tenants.slug, placeholder('slug')), wasAdmitted)

/** The tenant that a public path names, or null where the hit was refused: reads compare it with their rows' tenant. */
export const publicTenant = () => sql`(${build.select({ id: tenants.id }).from(tenants).where(named)})`

/** That tenant, its council, and whose results those are that are kept for replays: a row to read from. */
export const publicRow = () => {
  const council = sql`${tenants.councilCode}`.as('council')
  const owner = sql`${tenants.id} || ':' || ${client}`.as('owner')
  return sql`(${build
    .select({ tenant: sql`${tenants.id}`.as('tenant'), council, owner })
    .from(tenants)
    .where(named)})`
}

/** The tenant that a public path names, once the hit was admitted, and the clock of the database that it lives in. */
export const tenantBySlug = statement(
  build
    .select({
      id: tenants.id,
      slug: tenants.slug,
      name: tenants.name,
      contactEmail: tenants.contactEmail,
      contactPhone: tenants.contactPhone,
      now: clock.as('now'),
    })
    .from(tenants)
    .where(named),
)
