import { z } from '@hono/zod-openapi'
import { Id, postcode } from '../../http/fields'

export const PublicWardsQuery = z.strictObject({
  postcode: postcode.optional().openapi({ description: 'Only the wards that contain it.', example: 'TR1 1AA' }),
})

const PublicWard = z.object({
  id: Id,
  name: z.string().openapi({ example: 'Falmouth Arwenack' }),
  councillors: z.array(z.object({ name: z.string().openapi({ example: 'Sam Councillor' }) })),
})

export const PublicWards = z
  .object({
    postcode: z
      .string()
      .nullable()
      .openapi({ description: 'Without a space; null if no postcode was given.', example: 'TR11AA' }),
    wards: z.array(PublicWard),
  })
  .openapi('PublicWards')
