import { z } from '@hono/zod-openapi'
import { channels, statuses, tiers } from '../domain/vocabulary'
import { caseFilters, Ref } from './case-schemas'
import { Id, Instant } from './fields'

const format = z
  .enum(['csv', 'json'])
  .default('json')
  .openapi({ description: 'What the export is written in.', example: 'csv' })

export const CaseExportQuery = z.strictObject({ ...caseFilters, format })
export const WardExportQuery = z.strictObject({ format })

const total = z.int().openapi({ description: 'Rows in this export.', example: 1 })

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
          ward: Ref.nullable(),
          category: Ref.nullable(),
          sourceChannel: z.enum(channels),
          createdAt: Instant,
          updatedAt: Instant,
        })
        .openapi('ExportedCase'),
    ),
    total,
  })
  .openapi('CaseExport')

export const WardExport = z
  .object({
    wards: z.array(
      z
        .object({
          id: Id,
          name: z.string().openapi({ example: 'Falmouth Arwenack' }),
          code: z.string().nullable().openapi({ description: 'GSS code.', example: 'E05009270' }),
          councilTier: z.enum(tiers).nullable(),
          cases: z.int().openapi({ description: 'Cases there that the caller sees, archived included.', example: 12 }),
        })
        .openapi('ExportedWard'),
    ),
    total,
  })
  .openapi('WardExport')

/** A 200 that is JSON, or CSV for `format=csv`. */
export const download = <S extends z.ZodType>(description: string, schema: S, csvExample: string) => ({
  description,
  content: {
    'application/json': { schema },
    'text/csv': { schema: z.string().openapi({ example: csvExample }) },
  },
})
