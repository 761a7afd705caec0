import { and, eq, or, sql } from 'drizzle-orm'
import { clock, isLive } from './caller'
import { admission, firstHit, recordHit } from './gate'
import { build, query } from './query'
import { keys, tenants, users, windows } from './schema'

const placeholder = sql.placeholder

/** Admits one request of an address if its window has room: the same window as a key's, under the address's HMAC. */
export const addressHit = query(
  build
    .insert(windows)
    .select(
      build
        .select({
          id: sql<string>`${placeholder('addressId')}`.as('id'),
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
export const addressWindow = query(
  build
    .select({
      hits: windows.hits,
      limit: sql<number>`${placeholder('limit')}`.as('quota'),
      windowMs: sql<number>`${placeholder('windowSeconds')} * 1000`.as('window_ms'),
      now: clock.as('now'),
    })
    .from(windows)
    .where(eq(windows.id, placeholder('addressId'))),
)

/** Counts an address's request. */
export const addressAdmission = admission(addressHit, addressWindow)

const family = build.select({ id: keys.familyId }).from(keys).innerJoin(users, eq(users.id, keys.userId)).where(isLive)

/** Whether this batch's hit was admitted, an address's or a key's; or, before this batch, a key's of another cell. */
const wasAdmitted = sql`(${placeholder('admittedElsewhere')} = 1 or exists (
  select 1 from ${windows} where ${windows.mark} = ${placeholder('mark')}
  and ${or(eq(windows.id, sql`${placeholder('addressId')}`), eq(windows.id, sql`(${family})`))}))`

/** The tenant that a public path names, or null where the hit was refused: reads compare it with their rows' tenant. */
export const publicTenant = () => {
  const tenant = build
    .select({ id: tenants.id })
    .from(tenants)
    .where(and(eq(tenants.slug, placeholder('slug')), wasAdmitted))
  return sql`(${tenant})`
}

/** The tenant that a public path names, once the hit was admitted. */
export const tenantBySlug = query(
  build
    .select({ id: tenants.id, slug: tenants.slug, name: tenants.name, councilCode: tenants.councilCode })
    .from(tenants)
    .where(and(eq(tenants.slug, placeholder('slug')), wasAdmitted)),
)
