import { z } from '@hono/zod-openapi'
import { bodyOf, codeParam, flagParam, Id, Instant, id, optionalCode, optionalText, Ref } from '../../http/fields'
import { cursorParam } from '../../http/paging'

/** Fields common to events and news. */
export const commonFields = {
  id: Id,
  tenantId: Id,
  externalId: z
    .string()
    .nullable()
    .openapi({ description: 'Your own id, unique within the tenant.', example: 'cms-77' }),
  title: z.string().openapi({ example: 'Library reopens on Saturday' }),
  source: z.string().nullable().openapi({ description: 'Its source.', example: 'Council newsroom' }),
  approved: z.boolean(),
  publishedAt: Instant.nullable().openapi({ description: 'When it was approved; null for a draft.' }),
  createdAt: Instant,
  updatedAt: Instant,
  createdBy: Ref,
  version: z.int().openapi({ description: 'Incremented on every change.', example: 1 }),
}

/** Read-only fields. */
export const readOnlyFields = ['id', 'tenantId', 'approved', 'publishedAt', 'createdAt', 'updatedAt', 'createdBy']

export const settableFields = {
  externalId: optionalCode({ description: 'Your own id, unique within the tenant.', example: 'cms-77', max: 128 }),
  source: optionalText({ description: 'Its source.', example: 'Council newsroom', max: 255 }),
}
export const PublicationQuery = z.strictObject({
  approved: flagParam('Only approved items, or only drafts; both if absent.').optional(),
  externalId: codeParam({ description: 'The item with your own id.', example: 'cms-77', max: 128 }),
  cursor: cursorParam,
})

export const Approval = bodyOf({
  ids: z
    .array(id())
    .min(1)
    .max(100)
    .openapi({ description: '1 to 100 ids.', example: ['01JZ8E2Q4N6T1V3X5Z7B9D0F2H'] }),
}).openapi('Approval')

export const Approved = z
  .object({ approved: z.int().openapi({ description: 'The number of these that are now approved.', example: 1 }) })
  .openapi('Approved')

export const Deleted = z.object({ success: z.literal(true) }).openapi('Deleted')
