import { z } from '@hono/zod-openapi'
import { Instant, moment, orNull, Ref } from '../../http/fields'

const idParam = (description: string) => z.string().min(1).max(128).optional().openapi({ description })

export const ReportQuery = z.strictObject({
  wardId: idParam('Only cases in this ward; small counts are withheld.'),
  categoryId: idParam('Only cases in this category; small counts are withheld.'),
  from: moment('Only cases created at or after this time.').optional(),
  to: moment('Only cases created at or before this time.').optional(),
})
export type ReportQuery = z.infer<typeof ReportQuery>

const Count = z.int().nullable().openapi({ description: 'Null if withheld.', example: 12 })

export const Report = z
  .object({
    generatedAt: Instant,
    total: Count,
    byStatus: z.object({ open: Count, in_progress: Count, resolved: Count, closed: Count }),
    byWard: z
      .array(z.object({ ward: orNull(Ref), count: Count }))
      .openapi({ description: 'Wards with cases, by name; null for cases without a ward.' }),
    byCategory: z
      .array(z.object({ category: orNull(Ref), count: Count }))
      .openapi({ description: 'Categories with cases, by name; null for cases without a category.' }),
    byMonth: z
      .array(z.object({ month: z.string().openapi({ example: '2026-01' }), created: Count, closed: Count }))
      .openapi({ description: 'The last 24 months in UTC, including this one, oldest first.' }),
    medianDaysToResolve: z.number().nullable().openapi({
      description:
        'From creation to resolution or closure; null if there is none or it is withheld. Each time is rounded to a tenth of a day, or to a day from 100 days on, before the median is taken.',
      example: 6.5,
    }),
    countedFrom: Instant.optional().openapi({
      description:
        'Only cases created at or after this time are counted: there were more than 10,000 to count one by one.',
    }),
    suppressed: z.literal(true).optional().openapi({ description: 'Some counts are withheld.' }),
  })
  .openapi('Report')
export type Report = z.infer<typeof Report>
