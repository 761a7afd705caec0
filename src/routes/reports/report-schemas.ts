import { z } from '@hono/zod-openapi'
import { Instant, moment, orNull, Ref } from '../../http/fields'

const idParam = (description: string) => z.string().min(1).max(128).optional().openapi({ description })

export const ReportQuery = z.strictObject({
  wardId: idParam('Only cases of this ward; small counts are withheld.'),
  categoryId: idParam('Only cases of this category; small counts are withheld.'),
  from: moment('Only cases created then or later.').optional(),
  to: moment('Only cases created then or earlier.').optional(),
})
export type ReportQuery = z.infer<typeof ReportQuery>

const Count = z.int().nullable().openapi({ description: 'Null where it is withheld.', example: 12 })

export const Report = z
  .object({
    generatedAt: Instant,
    total: Count,
    byStatus: z.object({ open: Count, in_progress: Count, resolved: Count, closed: Count }),
    byWard: z
      .array(z.object({ ward: orNull(Ref), count: Count }))
      .openapi({ description: 'Wards that have any, by name; null: cases without a ward.' }),
    byCategory: z
      .array(z.object({ category: orNull(Ref), count: Count }))
      .openapi({ description: 'Categories that have any, by name; null: cases without one.' }),
    byMonth: z
      .array(z.object({ month: z.string().openapi({ example: '2026-01' }), created: Count, closed: Count }))
      .openapi({ description: 'The last 24 months in UTC, this one included, oldest first.' }),
    medianDaysToResolve: z.number().nullable().openapi({
      description: 'From creation to being resolved or closed; null where none has been, or it is withheld.',
      example: 6.5,
    }),
    suppressed: z.literal(true).optional().openapi({ description: 'Something is withheld.' }),
  })
  .openapi('Report')
export type Report = z.infer<typeof Report>
