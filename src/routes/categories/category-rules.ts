import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import { recordAudit } from '../../db/audit'
import {
  auditOfCategoryChange,
  type Category as CategoryRow,
  categoryAfterWrite,
  categoryById,
  categoryNamed,
  insertCategory,
  updateCategory,
} from '../../db/directory/categories'
import { storeResult } from '../../db/idempotency'
import { fold } from '../../domain/fold'
import { newId } from '../../domain/id'
import { ApiError } from '../../errors'
import { writeChange } from '../../http/change-versioned'
import { changedFields, rethrowAsTaken, taken } from '../../http/conflicts'
import { expectedVersion, requireVersion } from '../../http/etag'
import type { Category, CategoryChanges, NewCategory } from './category-schemas'

const nameTaken = 'A category with this name already exists'
const rethrowTaken = rethrowAsTaken('categories.name_key', nameTaken)

/** A category as presented by the API. */
export function presentCategory(found: Omit<CategoryRow, 'tenantId' | 'nameKey'>): Category {
  const { id, name, enabled, sortOrder, version, createdAt, updatedAt } = found
  return { id, name, enabled, sortOrder, version, createdAt, updatedAt }
}

/** Creates a category. */
export async function createCategory(c: Context<AppEnv>, body: NewCategory) {
  const { gate } = c.var
  const nameKey = fold(body.name)
  const { existing } = await gate.read({ nameKey }, { existing: categoryNamed })
  if (existing) throw taken(nameTaken, existing)

  const { actor } = gate
  const category = presentCategory({
    id: newId(actor.now),
    name: body.name,
    enabled: body.enabled ?? true,
    sortOrder: body.sortOrder ?? 0,
    version: 1,
    createdAt: actor.now,
    updatedAt: actor.now,
  })
  const location = `/api/categories/${category.id}`
  const { inserted } = await gate
    .write({
      audit: recordAudit(actor, 'category.create', category.id),
      // Before all that may fail, so that a concurrent retry fails here and replays the stored result.
      result: storeResult(actor, gate.idempotency, { status: 201, location, body: category }),
      inserted: insertCategory.bind({ ...actor, ...category, nameKey }),
    })
    .catch(rethrowTaken)
  return { category: { ...category, ...inserted, updatedAt: inserted.createdAt }, location }
}

/** Changes a category. */
export async function changeCategory(
  c: Context<AppEnv>,
  id: string,
  { version, ...body }: CategoryChanges,
): Promise<Category> {
  const { gate } = c.var
  const nameKey = body.name === undefined ? null : fold(body.name)
  const { found, existing } = await gate.read({ id, nameKey }, { found: categoryById, existing: categoryNamed })
  const expected = expectedVersion(c, version, found)
  if (!found) throw new ApiError('not_found')
  requireVersion(expected, found)
  if (existing && existing.id !== id) throw taken(nameTaken, existing)
  const changes = changedFields(body, found)
  if (Object.keys(changes).length === 0) return presentCategory(found)

  const target = { ...gate.actor, id, expectedVersion: expected ?? null }
  const { after } = await writeChange(gate, expected, {
    audit: recordAudit(target, 'category.update', id, auditOfCategoryChange),
    updated: updateCategory(changes, target),
    after: categoryAfterWrite.bind(target),
  }).catch(rethrowTaken)
  return presentCategory(after)
}
