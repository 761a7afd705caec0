import { sql } from 'drizzle-orm'
import type { Tier } from '../../domain/vocabulary'
import { callerTenant, callerViewer } from '../gate/caller'
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

const isWhole = sql`${callerViewer()} = ''`

/** The tenant's enabled wards from A to Z, with how many cases the caller sees there. */
export const wardExport: Statement<ExportedWard[]> = sqlStatement(sql`
  select ${wards.id}, ${wards.name}, ${wards.code}, ${wards.councilTier} as "councilTier",
    coalesce(iif(${isWhole}, ${tallies.n}, json_extract(${tallies.wards}, '$."' || ${wards.id} || '"')), 0) as cases
  from ${wards} left join ${tallies}
    on ${tallies.tenantId} = ${callerTenant()} and ${tallies.viewer} = ${callerViewer()}
    and ${tallies.kind} = iif(${isWhole}, 'ward', 'own') and ${tallies.key} = iif(${isWhole}, ${wards.id}, '')
  where ${wards.tenantId} = ${callerTenant()} and ${wards.enabled} = 1
  order by ${wards.nameKey}`)
