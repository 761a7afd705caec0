import { z } from '@hono/zod-openapi'
import { Id, Instant, moment } from '../../http/fields'
import { cursorPage } from '../../http/paging'

const AuditEntry = z
  .object({
    id: Id,
    at: Instant,
    keyId: Id.nullable(),
    userId: Id.nullable(),
    action: z.string().openapi({ description: 'The action and its kind of target.', example: 'case.update' }),
    targetType: z.string().openapi({ description: 'The kind of target.', example: 'case' }),
    targetId: Id,
    requestId: z.string().nullable().openapi({
      description: 'The `X-Request-Id` of the request.',
      example: '6b3f3c0e-4f0a-4f55-9f0e-1a2b3c4d5e6f',
    }),
  })
  .openapi('AuditEntry')

export const AuditList = z
  .object({
    entries: z.array(AuditEntry),
    ...cursorPage('the 10,000 entries'),
  })
  .openapi('AuditList')

const only = (description: string, example: string) => z.string().max(128).optional().openapi({ description, example })

export const AuditQuery = z.strictObject({
  action: only('Only this action.', 'case.update'),
  targetType: only('Only entries about this kind of target.', 'case'),
  targetId: only('Only entries about this target.', '01JZ8E2Q4N6T1V3X5Z7B9D0F2H'),
  userId: only('Only entries of this user.', '01JZ8E2Q4N6T1V3X5Z7B9D0F2H'),
  keyId: only('Only entries of this key.', '01JZ8E2Q4N6T1V3X5Z7B9D0F2H'),
  from: moment('At or after.').optional(),
  to: moment('At or before.').optional(),
  pageSize: z.coerce.number().int().min(1).max(100).default(50).openapi({ description: '1 to 100.', example: 50 }),
  cursor: z.string().max(1000).optional().openapi({ description: 'A `nextCursor`; keep the filters the same.' }),
})
