import { type InferSelectModel, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Role } from '../../domain/vocabulary'
import { jsonColumn } from '../conditions'
import type { Ref } from '../ref'
import { cases } from '../schema/cases'
import { categories, wards } from '../schema/directory'
import { users } from '../schema/tenants'

export const assignees = alias(users, 'assignees')

const refTo = (table: typeof wards | typeof categories, name: string) =>
  jsonColumn<Ref | null>(
    sql`case when ${table.id} is not null then json_object('id', ${table.id}, 'name', ${table.name}) end`,
    name,
  )

/** Columns of a listed case; join `wards`, `categories` and `assignees`. */
export const summaryColumns = {
  id: cases.id,
  reference: cases.reference,
  internalRef: cases.internalRef,
  externalId: cases.externalId,
  status: cases.status,
  residentName: cases.residentName,
  residentEmail: cases.residentEmail,
  residentPhone: cases.residentPhone,
  residentAddress: cases.residentAddress,
  residentPostcode: cases.residentPostcode,
  summary: cases.summary,
  sourceChannel: cases.sourceChannel,
  archived: cases.archived,
  version: cases.version,
  createdAt: cases.createdAt,
  updatedAt: cases.updatedAt,
  category: refTo(categories, 'category'),
  ward: refTo(wards, 'ward'),
  assignee: jsonColumn<(Ref & { role: Role }) | null>(
    sql`
    case when ${assignees.id} is not null
    then json_object('id', ${assignees.id}, 'name', ${assignees.name}, 'role', ${assignees.role}) end`,
    'assignee',
  ),
}

/** Additional columns of a single case. */
export const detailColumns = {
  ...summaryColumns,
  description: cases.description,
  wardId: cases.wardId,
  categoryId: cases.categoryId,
  assigneeId: cases.assigneeId,
  highlightedForPublic: cases.highlightedForPublic,
  publicSummary: cases.publicSummary,
  publicThemes: cases.publicThemes,
}

type Row = InferSelectModel<typeof cases>

/** A listed case. */
export interface CaseSummary extends Pick<Row, Exclude<keyof typeof summaryColumns, 'category' | 'ward' | 'assignee'>> {
  category: Ref | null
  ward: Ref | null
  assignee: (Ref & { role: Role }) | null
}

/** A single case, without its timeline. */
export interface CaseDetail
  extends CaseSummary,
    Pick<Row, Exclude<keyof typeof detailColumns, keyof typeof summaryColumns>> {}
