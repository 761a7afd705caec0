import { and, asc, eq, getTableColumns, type InferSelectModel, isNull, or, type SQL, sql } from 'drizzle-orm'
import { fold } from '../../domain/fold'
import { callerTenant } from '../gate/caller'
import { listedAtOnce } from '../limits'
import { type BoundStatement, build, type Given, type Statement, statement, type Values } from '../query'
import { auditOf } from '../records'
import { categories } from '../schema/directory'

const placeholder = sql.placeholder

/** A category as it is stored. */
export type Category = InferSelectModel<typeof categories>

const isCallers = eq(categories.tenantId, callerTenant())

const isTheirs = and(eq(categories.id, placeholder('id')), eq(categories.tenantId, placeholder('tenantId')))

// A write's target: theirs, and still at the version they expect, where they expect one.
const isTarget = and(
  isTheirs,
  or(isNull(sql`${placeholder('expectedVersion')}`), eq(categories.version, placeholder('expectedVersion'))),
)

function categoriesWhere(condition: SQL | undefined): Statement<Category[]> {
  return statement(
    build
      .select(getTableColumns(categories))
      .from(categories)
      .where(condition)
      .orderBy(asc(categories.sortOrder), asc(categories.nameKey))
      .limit(listedAtOnce + 1),
  )
}

const passes = or(isNull(sql`${placeholder('enabled')}`), eq(categories.enabled, sql`${placeholder('enabled')}`))

/** The categories by their `sortOrder`, then A–Z; `enabled` 1, 0 or null for both. One more than are shown. */
export const listCategories = categoriesWhere(and(isCallers, passes))

/** The categories that follow a cursor's. */
export const listCategoriesAfter = categoriesWhere(
  and(
    isCallers,
    passes,
    sql`(${categories.sortOrder}, ${categories.nameKey}) > (${placeholder('after0')}, ${placeholder('after1')})`,
  ),
)

/** Where in the list a category stands: what a cursor after it must hold. */
export function positionAfterCategory({ sortOrder, nameKey }: Category): (string | number)[] {
  return [sortOrder, nameKey]
}

/** The category `id`, in the gate's trip. */
export const categoryById = categoriesWhere(and(isCallers, eq(categories.id, placeholder('id'))))

/** The category `id`, after a write. */
export const categoryAfterWrite = categoriesWhere(isTheirs)

/** The caller's category that has the folded name `nameKey` already. */
export const categoryNamed = statement(
  build
    .select({ id: categories.id })
    .from(categories)
    .where(and(isCallers, eq(categories.nameKey, placeholder('nameKey')))),
)

export const insertCategory = statement(
  build.insert(categories).values({
    id: placeholder('id'),
    tenantId: placeholder('tenantId'),
    name: placeholder('name'),
    nameKey: placeholder('nameKey'),
    enabled: placeholder('enabled'),
    sortOrder: placeholder('sortOrder'),
    createdAt: placeholder('now'),
    updatedAt: placeholder('now'),
  }),
)

/** What may be changed of a category. */
export type CategoryChanges = Given<Pick<Category, 'name' | 'enabled' | 'sortOrder'>>

/** Changes a category and raises its version. Built per request: each set of fields is another statement. */
export function updateCategory(changes: CategoryChanges, values: Values): BoundStatement<{ version: number }[]> {
  return statement(
    build
      .update(categories)
      .set({
        ...changes,
        ...(changes.name !== undefined && { nameKey: fold(changes.name) }),
        version: sql`${categories.version} + 1`,
        updatedAt: sql`${sql.param(placeholder('now'), categories.updatedAt)}`,
      })
      .where(isTarget)
      .returning({ version: categories.version }),
  ).bind(values)
}

/** The audit entry of a change to a category: none when another change came first. */
export const auditOfCategoryChange = auditOf(categories, isTarget)
