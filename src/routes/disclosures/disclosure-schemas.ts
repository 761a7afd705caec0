import { z } from '@hono/zod-openapi'
import { disclosedTypes } from '../../domain/vocabulary'
import { codeParam, Id } from '../../http/fields'
import { cursorPage } from '../../http/paging'

const day = (description: string) => z.iso.date().openapi({ description, example: '2026-03-01', format: 'date' })

const Disclosure = z
  .object({
    day: day('The day, UTC.'),
    keyId: Id,
    userId: Id,
    target: z.object({
      type: z.enum(disclosedTypes).openapi({ description: 'What holds the resident’s data.', example: 'case' }),
      id: Id,
    }),
  })
  .openapi('Disclosure')

export const DisclosureList = z
  .object({
    disclosures: z.array(Disclosure),
    ...cursorPage('the 10,000 disclosures, or for a case the 200 days,'),
  })
  .openapi('DisclosureList')

const only = (description: string) => codeParam({ description, example: '01JZ8E2Q4N6T1V3X5Z7B9D0F2H', max: 128 })

export const DisclosureQuery = z.strictObject({
  caseId: only('Only disclosures of this case.'),
  keyId: only('Only what this key was given.'),
  from: day('On this day (UTC) or later.').optional(),
  to: day('On this day (UTC) or earlier.').optional(),
  pageSize: z.coerce.number().int().min(1).max(100).default(50).openapi({ description: '1 to 100.', example: 50 }),
  cursor: z.string().max(1000).optional().openapi({ description: 'A `nextCursor`; keep the filters the same.' }),
})
