import { sql } from 'drizzle-orm'
import type { Tier } from '../../domain/vocabulary'
import { callerRow } from '../gate/caller'
import { type Statement, sqlStatement } from '../query'
import { caseTallies as tallies } from '../schema/cases'
import { wards } from '../schema/directory'

/** An exported ward. */
export interface ExportedWard {
  id: string
  name: string
  code: string | null
  councilTier: Tier | null
  /** The caller's cases there, archived ones included. */
  cases: number
}

const isWhole = sql`caller.viewer = ''`

/** The tenant's enabled wards from A to Z, with how many cases the caller sees there. */
export const wardExport: Statement<ExportedWard[]> = sqlStatement(sql`
  select ${wards.id}, ${wards.name}, ${wards.code}, ${wards.councilTier} as "councilTier",
    coalesce(iif(${isWhole}, ${tallies.n}, json_extract(${tallies.wards}, '$."' || ${wards.id} || '"')), 0) as cases
  from ${callerRow()} caller cross join ${wards} left join ${tallies}
    on ${tallies.tenantId} = caller.tenant and ${tallies.viewer} = caller.viewer
    and ${tallies.kind} = iif(${isWhole}, 'ward', 'own') and ${tallies.key} = iif(${isWhole}, ${wards.id}, '')
  where ${wards.tenantId} = caller.tenant and ${wards.enabled} = 1
  order by ${wards.nameKey}`)
