import { and, asc, eq, getTableColumns, type InferSelectModel, type SQL, sql } from 'drizzle-orm'
import { fold } from '../../domain/fold'
import { auditOf } from '../audit'
import { atExpectedVersion, ofCaller, ofCallerById, ofTenantById, touched, unlessNull } from '../conditions'
import { listedAtOnce } from '../limits'
import {
  atMostOne,
  type BoundStatement,
  build,
  exactlyOne,
  type Given,
  placeholder,
  type Statement,
  statement,
  type Values,
} from '../query'
import { categories } from '../schema/directory'
import { stamp } from '../stamp'

/** A category as it is stored. */
export type Category = InferSelectModel<typeof categories>

const isTarget = and(ofTenantById(categories), atExpectedVersion(categories))

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

const areListed = and(
  ofCaller(categories),
  unlessNull('enabled', (enabled) => eq(categories.enabled, enabled)),
)

/** The categories by their `sortOrder`, then A–Z; `enabled` 1, 0 or null for both. Returns one more than is shown. */
export const listCategories = categoriesWhere(areListed)

/** The categories that follow a cursor's. */
export const listCategoriesAfter = categoriesWhere(
  and(
    areListed,
    sql`(${categories.sortOrder}, ${categories.nameKey}) > (${placeholder('after0')}, ${placeholder('after1')})`,
  ),
)

/** Position of a category, for a cursor after it. */
export function positionAfterCategory({ sortOrder, nameKey }: Category): (string | number)[] {
  return [sortOrder, nameKey]
}

/** The category `id`, in the gate's trip. */
export const categoryById = atMostOne(categoriesWhere(ofCallerById(categories)))

/** The category `id`, after a write. */
export const categoryAfterWrite = atMostOne(categoriesWhere(ofTenantById(categories)))

/** The caller's category that already has the folded name `nameKey`. */
export const categoryNamed = atMostOne(
  statement(
    build
      .select({ id: categories.id })
      .from(categories)
      .where(and(ofCaller(categories), eq(categories.nameKey, placeholder('nameKey')))),
  ),
)

/** Inserts a category and yields its time. */
export const insertCategory = exactlyOne(
  statement(
    build
      .insert(categories)
      .values({
        id: placeholder('id'),
        tenantId: placeholder('tenantId'),
        name: placeholder('name'),
        nameKey: placeholder('nameKey'),
        enabled: placeholder('enabled'),
        sortOrder: placeholder('sortOrder'),
        createdAt: stamp,
        updatedAt: stamp,
      })
      .returning({ createdAt: categories.createdAt }),
  ),
)

/** Changeable columns of a category. */
export type CategoryChanges = Given<Pick<Category, 'name' | 'enabled' | 'sortOrder'>>

/** Changes a category and increments its version. Built per request: each set of fields is another statement. */
export function updateCategory(
  changes: CategoryChanges,
  values: Values,
): BoundStatement<{ version: number } | undefined> {
  return atMostOne(
    statement(
      build
        .update(categories)
        .set({
          ...changes,
          ...(changes.name !== undefined && { nameKey: fold(changes.name) }),
          ...touched(categories),
        })
        .where(isTarget)
        .returning({ version: categories.version }),
    ),
  ).bind(values)
}

/** The audit entry of a change to a category: no entry if another change came first. */
export const auditOfCategoryChange = auditOf(categories, isTarget)
