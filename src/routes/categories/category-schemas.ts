import { z } from '@hono/zod-openapi'
import { readOnlyFields } from '../../http/directory-schemas'
import { bodyOf, Id, Instant, omissible, text, versionField, versionShown } from '../../http/fields'

const sortOrderText = { description: 'Position in the list, 0 to 10,000; ties are sorted A–Z.', example: 10 }

export const Category = z
  .object({
    id: Id,
    name: z.string().openapi({ example: 'Roads and pavements' }),
    enabled: z.boolean().openapi({ description: 'Whether cases and residents can select it.' }),
    sortOrder: z.int().openapi(sortOrderText),
    version: versionShown,
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Category')
export type Category = z.infer<typeof Category>

const name = text({
  description: 'Unique within the tenant, ignoring case and spacing.',
  example: 'Roads and pavements',
  max: 120,
})

const settable = {
  enabled: omissible(z.boolean()).openapi({ description: 'Whether cases and residents can select it.', example: true }),
  sortOrder: omissible(z.int().min(0).max(10_000)).openapi(sortOrderText),
}

export const NewCategory = bodyOf({ name, ...settable }, [...readOnlyFields, 'version']).openapi('NewCategory')
export type NewCategory = z.infer<typeof NewCategory>

export const CategoryChanges = bodyOf(
  { name: name.optional(), ...settable, version: versionField },
  readOnlyFields,
).openapi('CategoryChanges')
export type CategoryChanges = z.infer<typeof CategoryChanges>
