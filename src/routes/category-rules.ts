import type { Context } from 'hono'
import type { AppEnv } from '../app-env'
import {
  type Category as CategoryRow,
  categoryAfterWrite,
  categoryById,
  categoryNamed,
  changeOfCategory,
  insertCategory,
  updateCategory,
} from '../db/categories'
import { recordAct, recordResult } from '../db/records'
import { fold } from '../domain/fold'
import { newId } from '../domain/id'
import { ApiError } from '../errors'
import type { Category, CategoryChanges, NewCategory } from './category-schemas'
import { effective } from './changes'
import { rethrowAsTaken, taken } from './directory-rules'
import { expectedVersion, requireVersion } from './etag'

const nameTaken = 'A category with this name exists already'
const rethrowTaken = rethrowAsTaken('categories.name_key', nameTaken)

/** A category as it is shown. */
export function presentCategory(found: Omit<CategoryRow, 'tenantId' | 'nameKey'>): Category {
  const { id, name, enabled, sortOrder, version, createdAt, updatedAt } = found
  return { id, name, enabled, sortOrder, version, createdAt, updatedAt }
}

/** Creates a category. */
export async function createCategory(c: Context<AppEnv>, body: NewCategory) {
  const { trip } = c.var
  const nameKey = fold(body.name)
  const [[existing]] = await trip.read({ nameKey }, categoryNamed)
  if (existing) throw taken(nameTaken, existing)

  const { stamp } = trip
  const category = presentCategory({
    id: newId(stamp.now),
    name: body.name,
    enabled: body.enabled ?? true,
    sortOrder: body.sortOrder ?? 0,
    version: 1,
    createdAt: stamp.now,
    updatedAt: stamp.now,
  })
  const location = `/api/categories/${category.id}`
  await trip
    .write(
      // First, so that the loser of a race with itself breaks here and is answered with the winner's result.
      recordResult(stamp, trip.idempotency, { status: 201, location, body: category }),
      insertCategory.bind({ ...stamp, ...category, nameKey }),
      recordAct(stamp, 'category.create', category.id),
    )
    .catch(rethrowTaken)
  return { category, location }
}

/** Changes a category. */
export async function changeCategory(
  c: Context<AppEnv>,
  id: string,
  { version, ...body }: CategoryChanges,
): Promise<Category> {
  const { trip } = c.var
  const nameKey = body.name === undefined ? null : fold(body.name)
  const [[found], [existing]] = await trip.read({ id, nameKey }, categoryById, categoryNamed)
  const expected = expectedVersion(c, version)
  if (!found) throw new ApiError('not_found')
  requireVersion(expected, found)
  if (existing && existing.id !== id) throw taken(nameTaken, existing)
  const changes = effective(body, found)
  if (Object.keys(changes).length === 0) return presentCategory(found)

  const target = { ...trip.stamp, id, expectedVersion: expected ?? null }
  const [, updated, [after]] = await trip
    .write(
      recordAct(target, 'category.update', id, changeOfCategory),
      updateCategory(changes, target),
      categoryAfterWrite.bind(target),
    )
    .catch(rethrowTaken)
  if (!after) throw new ApiError('not_found')
  if (updated.length === 0) requireVersion(expected, after)
  return presentCategory(after)
}
