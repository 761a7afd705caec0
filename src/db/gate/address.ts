import { and, eq, isNull, sql } from 'drizzle-orm'
import { atMostOne, build, statement } from '../query'
import { keys, tenants, users, windows } from '../schema/tenants'
import { clock, isLive } from './caller'
import { addressHit, admission } from './hit'
import { gatePlaceholder } from './placeholder'

/** An address's window as it is after the hit. */
export const addressWindow = atMostOne(
  statement(
    build
      .select({
        hits: windows.hits,
        limit: sql<number>`${gatePlaceholder('limit')}`.as('quota'),
        windowMs: sql<number>`${gatePlaceholder('windowSeconds')} * 1000`.as('window_ms'),
        now: clock.as('now'),
      })
      .from(windows)
      .where(eq(windows.id, gatePlaceholder('client'))),
  ),
)

/** Counts an address's request. */
export const addressAdmission = admission(addressHit, addressWindow)

const family = build.select({ id: keys.familyId }).from(keys).innerJoin(users, eq(users.id, keys.userId)).where(isLive)

/** The window that counts the request: its address's, or its key's family. */
const client = sql`coalesce(${gatePlaceholder('client')}, (${family}))`

/** True if this batch's hit was admitted, or nothing is counted here: a page, or a key counted by another cell. */
const wasAdmitted = sql`(${gatePlaceholder('isCounted')} = 0 or exists (
  select 1 from ${windows} where ${windows.id} = ${client} and ${windows.admissionId} = ${gatePlaceholder('admissionId')}))`

// A closed tenant is as one that does not exist.
const named = and(eq(tenants.slug, gatePlaceholder('slug')), isNull(tenants.closedAt), wasAdmitted)

/** The tenant that a public path names, or null if the hit was refused. Reads compare it with their rows' tenant. */
export const publicTenant = () => sql`(${build.select({ id: tenants.id }).from(tenants).where(named)})`

/** The tenant, its council, and the owner of stored results: a row to read from. */
export const publicRow = () => {
  const council = sql`${tenants.councilCode}`.as('council')
  const owner = sql`${tenants.id} || ':' || ${client}`.as('owner')
  return sql`(${build
    .select({ tenant: sql`${tenants.id}`.as('tenant'), council, owner })
    .from(tenants)
    .where(named)})`
}

/** The tenant that a public path names, once the hit was admitted, and the clock of the database that it lives in. */
export const tenantBySlug = atMostOne(
  statement(
    build
      .select({
        id: tenants.id,
        slug: tenants.slug,
        name: tenants.name,
        contactEmail: tenants.contactEmail,
        contactPhone: tenants.contactPhone,
        website: tenants.website,
        replyWithin: tenants.replyWithin,
        controller: tenants.controller,
        dpoContact: tenants.dpoContact,
        privacyUrl: tenants.privacyUrl,
        anonymiseAfterMonths: tenants.anonymiseAfterMonths,
        now: clock.as('now'),
      })
      .from(tenants)
      .where(named),
  ),
)
