import { z } from '@hono/zod-openapi'
import { tiers } from '../../domain/vocabulary'
import { bom, format, total } from '../../http/download'
import { Id } from '../../http/fields'

export const WardExportQuery = z.strictObject({ format, bom })

export const WardExport = z
  .object({
    wards: z.array(
      z
        .object({
          id: Id,
          name: z.string().openapi({ example: 'Falmouth Arwenack' }),
          code: z.string().nullable().openapi({ description: 'GSS code.', example: 'E05009270' }),
          councilTier: z.enum(tiers).nullable(),
          cases: z.int().openapi({
            description: 'Cases in the ward that the caller can see, including archived ones.',
            example: 12,
          }),
        })
        .openapi('ExportedWard'),
    ),
    total,
  })
  .openapi('WardExport')
