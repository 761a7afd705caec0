import { and, asc, count, eq, exists, isNotNull, notExists, or, sql } from 'drizzle-orm'
import { clock } from '../../../src/db/gate/caller'
import { type BoundStatement, build } from '../../../src/db/query'
import { wards } from '../../../src/db/schema/directory'
import { postcodeReleases, postcodeWards } from '../../../src/db/schema/postcodes'
import { tenants } from '../../../src/db/schema/tenants'
import { bound } from '../database'
import type { Portion } from './portion'

/** An edition of the directory as a cell has it. */
export type Release = typeof postcodeReleases.$inferSelect

/** The codes of a cell's tenants: a row for each ward that has one, or one without a ward for the council's alone. */
export const codesOfTenants = bound(
  build
    .select({
      slug: tenants.slug,
      council: tenants.councilCode,
      code: wards.code,
      name: wards.name,
      enabled: wards.enabled,
    })
    .from(tenants)
    .leftJoin(wards, and(eq(wards.tenantId, tenants.id), isNotNull(wards.code)))
    .where(or(isNotNull(tenants.councilCode), isNotNull(wards.code)))
    .orderBy(asc(tenants.slug), asc(wards.name)),
)

/** Every release of a cell, also one that is still being loaded. */
export const allReleases = bound(build.select().from(postcodeReleases).orderBy(asc(postcodeReleases.id)))

/** How many rows the release in use has of each ward within a council: one for each postcode. */
export const placesInUse = bound(
  build
    .select({ ward: postcodeWards.wardCode, council: postcodeWards.councilCode, live: count().as('live') })
    .from(postcodeWards)
    .innerJoin(
      postcodeReleases,
      and(eq(postcodeReleases.id, postcodeWards.releaseId), eq(postcodeReleases.active, true)),
    )
    .groupBy(postcodeWards.wardCode, postcodeWards.councilCode),
)

/** An id that none of a cell's releases has. */
export const nextId = (releases: Release[]) => Math.max(0, ...releases.map(({ id }) => id)) + 1

/** The releases of a cell with how many postcodes each has. */
export const releasesShown = bound(
  build
    .select({
      name: postcodeReleases.name,
      loadedAt: postcodeReleases.loadedAt,
      active: postcodeReleases.active,
      postcodes: sql<number>`(
        select count(distinct ${postcodeWards.postcode}) from ${postcodeWards}
        where ${eq(postcodeWards.releaseId, sql`${postcodeReleases}.id`)})`.as('postcodes'),
    })
    .from(postcodeReleases)
    .orderBy(asc(postcodeReleases.id)),
)

/** Begins a release that nobody sees yet. */
export function beginRelease(release: Pick<Release, 'id' | 'name' | 'source' | 'linesDone'>) {
  return bound(build.insert(postcodeReleases).values(release).returning({ id: postcodeReleases.id }))
}

const isRelease = (id: number) => eq(postcodeReleases.id, id)

/** Adds a portion to a release, unless somebody has removed it. Safe to repeat. */
export function insertPortion(id: number, portion: Portion): BoundStatement {
  const rows = sql`
    select ${postcodeReleases.id}, one.value, substr(place.key, 1, 9), substr(place.key, 11)
    from ${postcodeReleases}, json_each(${portion.text()}) as place,
      json_each('["' || replace(place.value, ' ', '","') || '"]') as one
    where ${isRelease(id)}`
  return bound(build.insert(postcodeWards).select(rows).onConflictDoNothing())
}

/** Notes up to which line of its file a release is loaded; yields no row where somebody has removed it. */
export function noteProgress(id: number, linesDone: number) {
  return bound(
    build.update(postcodeReleases).set({ linesDone }).where(isRelease(id)).returning({ id: postcodeReleases.id }),
  )
}

/** Makes a release the one that is read, in one step, unless somebody has removed it. */
export function activate(id: number): BoundStatement {
  const one = build.select({ one: sql`1` }).from(sql`${postcodeReleases} as it`).where(sql`it.id = ${id}`)
  return bound(
    build
      .update(postcodeReleases)
      .set({
        active: sql`${postcodeReleases.id} = ${id}`,
        loadedAt: sql`case ${postcodeReleases.id} when ${id} then ${clock} else ${postcodeReleases.loadedAt} end`,
      })
      .where(exists(one)),
  )
}

const rowsAtOnce = 20_000

const oldest = sql`(select min(${postcodeReleases.id}) from ${postcodeReleases} where ${postcodeReleases.active} = 0)`

const rowsOfRelease = build
  .select({ one: sql`1` })
  .from(postcodeWards)
  .where(eq(postcodeWards.releaseId, sql`${postcodeReleases}.id`))

const endOfPortion = sql`coalesce((
  select ${postcodeWards.postcode} from ${postcodeWards} where ${postcodeWards.releaseId} = ${oldest}
  order by ${postcodeWards.postcode} limit 1 offset ${sql.raw(String(rowsAtOnce))}), '~')`

/** Removes some rows of the releases that nobody reads, and those releases that have none left. */
export const sweepReleases = [
  bound(
    build
      .delete(postcodeWards)
      .where(and(eq(postcodeWards.releaseId, oldest), sql`${postcodeWards.postcode} <= ${endOfPortion}`)),
  ),
  bound(build.delete(postcodeReleases).where(and(eq(postcodeReleases.active, false), notExists(rowsOfRelease)))),
  bound(build.select({ id: postcodeReleases.id }).from(postcodeReleases).where(eq(postcodeReleases.active, false))),
] as const

/** Number of postcodes per council in a release. */
export function postcodesByCouncil(id: number) {
  return bound(
    build
      .select({
        code: postcodeWards.councilCode,
        postcodes: sql<number>`count(distinct ${postcodeWards.postcode})`.as('postcodes'),
      })
      .from(postcodeWards)
      .where(eq(postcodeWards.releaseId, id))
      .groupBy(postcodeWards.councilCode),
  )
}
