import { and, asc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { jsonColumn } from './conditions'
import { publicRow, publicTenant } from './gate/address'
import { build, exactlyOne, placeholder, statement } from './query'
import { wardCouncillors, wards } from './schema/directory'
import { postcodeReleases, postcodeWards } from './schema/postcodes'
import { users } from './schema/tenants'

/** Public view of a ward and its councillors: names only. */
export interface PublicWard {
  id: string
  name: string
  councillors: { name: string }[]
}

const councillors = jsonColumn<PublicWard['councillors']>(
  sql`(
  select json_group_array(json_object('name', ${users.name}) order by ${users.name})
  from ${wardCouncillors} join ${users} on ${users.id} = ${wardCouncillors.userId}
  where ${wardCouncillors.wardId} = ${wards.id} and ${users.tenantId} = ${wards.tenantId} and ${users.enabled} = 1)`,
  'councillors',
)

const isOfActiveRelease = sql`${postcodeWards.releaseId} in (
  select ${postcodeReleases.id} from ${postcodeReleases} where ${postcodeReleases.active} = 1)`

const isAtPostcode = and(eq(postcodeWards.postcode, placeholder('postcode')), isOfActiveRelease)

const wardCodes = build
  .select({ code: postcodeWards.wardCode })
  .from(postcodeWards)
  .where(
    and(
      isAtPostcode,
      sql`${postcodeWards.councilCode} = coalesce((select council from ${publicRow()}), ${postcodeWards.councilCode})`,
    ),
  )

/**
 * True for a ward that contains `postcode`: by its code, and within the tenant's council if it has one. Wards' codes are
 * unique in the whole country, so a tenant without a council's code loses nothing.
 */
export const coversPostcode = inArray(wards.code, wardCodes)

const shown = (condition: SQL | undefined) =>
  statement(
    build
      .select({ id: wards.id, name: wards.name, councillors })
      .from(wards)
      .where(and(eq(wards.tenantId, publicTenant()), eq(wards.enabled, true), condition))
      .orderBy(asc(wards.nameKey)),
  )

/** The tenant's enabled wards A–Z. */
export const publicWards = shown(undefined)

/** Those that contain `postcode`. */
export const publicWardsAtPostcode = shown(coversPostcode)

/** True if the directory contains `postcode`, in any council. */
export const postcodeKnown = exactlyOne(
  statement(
    build
      .select({
        isKnown:
          sql<boolean>`exists (select 1 from ${postcodeWards} where ${publicTenant()} is not null and ${isAtPostcode})`
            .mapWith(Boolean)
            .as('is_known'),
      })
      .from(sql`(select 1)`),
  ),
)
