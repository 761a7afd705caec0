import { z } from '@hono/zod-openapi'
import { type ChangeEvent, changeEvents, changeTargets } from '../../domain/vocabulary'
import { errorCode, Id, Instant } from '../../http/fields'

const Change = z
  .object({
    sequence: z.int().openapi({ description: 'Counted per tenant, without gaps.', example: 1042 }),
    id: z.string().openapi({ description: 'The id of the change.', example: 'chg_01JZ8E2Q4N6A1B3C5D7E9F0A2B' }),
    event: z.enum(changeEvents).openapi({ description: 'What has happened.', example: 'case_status_changed' }),
    at: Instant,
    target: z
      .object({
        type: z.enum(changeTargets).openapi({ example: 'case' }),
        id: Id,
        reference: z.string().optional().openapi({ description: 'Of cases and submissions.', example: 'CW-2026-0042' }),
      })
      .openapi({ description: 'The thing that has changed. A deleted one is no longer there.' }),
  })
  .openapi('Change')

export const ChangeList = z
  .object({
    changes: z.array(Change),
    next: z.int().openapi({
      description: 'Pass it as `after` to go on. The same as `after` where nothing new has come.',
      example: 1042,
    }),
    oldest: z
      .int()
      .nullable()
      .openapi({ description: 'The number of the oldest change kept; null before the first.', example: 311 }),
  })
  .openapi('ChangeList')

const isEvent = (name: string): name is ChangeEvent => changeEvents.some((event) => event === name)

export const ChangesQuery = z.strictObject({
  // Not coerced: a blank would be 0.
  after: z
    .string()
    .regex(/^\d{1,15}$/, { error: 'Must be a whole number' })
    .transform(Number)
    .optional()
    .openapi({
      type: 'integer',
      minimum: 0,
      description: 'The `next` of the previous call. Absent: from the oldest change kept.',
      example: 1041,
    }),
  types: z
    .string()
    .transform((value) => [...new Set(value.split(',').map((one) => one.trim()))])
    .refine((list): list is ChangeEvent[] => list.every(isEvent), {
      params: errorCode('enum'),
      error: `Must be a comma-separated list of: ${changeEvents.join(', ')}`,
    })
    .optional()
    .openapi({
      type: 'string',
      description: 'One event, or a comma-separated list. Absent: all that the key may read.',
      example: 'case_created,case_status_changed',
    }),
  limit: z.coerce.number().int().min(1).max(500).default(100).openapi({ description: '1 to 500.', example: 100 }),
})
