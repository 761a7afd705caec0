import { sql } from 'drizzle-orm'
import { jsonColumn } from '../conditions'
import { callerTenant } from '../gate/caller'
import { build, exactlyOne, placeholder, statement } from '../query'
import type { Ref } from '../ref'
import { cases } from '../schema/cases'
import { categories, wards } from '../schema/directory'
import { users } from '../schema/tenants'
import type { CaseDetail } from './case-columns'

const refTo = (table: typeof wards | typeof categories, id: string, name: string) =>
  jsonColumn<Ref | null>(
    sql`(
    select json_object('id', ${table.id}, 'name', ${table.name}) from ${table}
    where ${table.id} = ${placeholder(id)} and ${table.tenantId} = ${callerTenant()} and ${table.enabled} = 1)`,
    name,
  )

/** References of a case, each null if the tenant has no such enabled item; and the case that has its externalId. */
export const caseReferences = exactlyOne(
  statement(
    build
      .select({
        ward: refTo(wards, 'wardId', 'ward'),
        category: refTo(categories, 'categoryId', 'category'),
        assignee: jsonColumn<CaseDetail['assignee']>(
          sql`(
          select json_object('id', ${users.id}, 'name', ${users.name}, 'role', ${users.role}) from ${users}
          where ${users.id} = ${placeholder('assigneeId')} and ${users.tenantId} = ${callerTenant()} and ${users.enabled} = 1)`,
          'assignee',
        ),
        taken: jsonColumn<Taken | null>(
          sql`(
          select json_object('id', ${cases.id}, 'reference', ${cases.reference}, 'assigneeId', ${cases.assigneeId})
          from ${cases}
          where ${cases.externalId} = ${placeholder('externalId')} and ${cases.tenantId} = ${callerTenant()})`,
          'taken',
        ),
      })
      .from(sql`(select 1)`),
  ),
)

interface Taken {
  id: string
  reference: string
  assigneeId: string | null
}
