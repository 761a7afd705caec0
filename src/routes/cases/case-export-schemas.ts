import { z } from '@hono/zod-openapi'
import { channels, statuses } from '../../domain/vocabulary'
import { bom, format, total } from '../../http/download'
import { Id, Instant, orNull, Ref } from '../../http/fields'
import { cursorParam } from '../../http/paging'
import { caseFilters } from './case-schemas'

export const CaseExportQuery = z.strictObject({ ...caseFilters, cursor: cursorParam, format, bom })
export const CaseExport = z
  .object({
    cases: z.array(
      z
        .object({
          id: Id,
          reference: z.string().openapi({ example: 'CW-2026-0042' }),
          status: z.enum(statuses),
          summary: z.string().openapi({ example: 'Pothole outside the school' }),
          publicThemes: z.string().nullable().openapi({ example: 'roads, safety' }),
          ward: orNull(Ref),
          category: orNull(Ref),
          sourceChannel: z.enum(channels),
          createdAt: Instant,
          updatedAt: Instant,
        })
        .openapi('ExportedCase'),
    ),
    total,
    nextCursor: z.string().nullable().openapi({
      description: 'Pass it as `cursor`, with the same filters, to export what is left; null at the end.',
      example: null,
    }),
  })
  .openapi('CaseExport')
