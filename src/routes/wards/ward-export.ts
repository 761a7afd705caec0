import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { type ExportedWard, wardExport } from '../../db/directory/ward-export'
import { type Cell, csvChunks } from '../../domain/csv'
import { csv, download, jsonChunks, stream } from '../../http/download'
import { keyedRoute } from '../../http/keyed-route'
import { WardExport, WardExportQuery } from './ward-export-schemas'

const header = ['Ward', 'Code', 'Tier', 'Cases']

const exportWards = createRoute({
  method: 'get',
  path: '/export',
  ...keyedRoute({ plan: 'pro', scope: 'wards:read' }),
  operationId: 'exportWards',
  summary: 'Export wards',
  description: 'Enabled wards A–Z, each with the number of cases that the caller can see, including archived ones.',
  request: { query: WardExportQuery },
  responses: {
    200: download(
      'The wards; CSV is sent as an attachment.',
      WardExport,
      '"Ward","Code","Tier","Cases"\r\n"Falmouth Arwenack","E05009270","unitary","12"',
    ),
  },
})

/** Exporting wards. */
export const wardExports = new OpenAPIHono<AppEnv>().openapi(exportWards, async (c) => {
  const { rows } = await c.var.gate.read({}, { rows: wardExport })
  const { format, bom } = c.req.valid('query')
  return format === 'csv'
    ? csv(c, 'wards', csvChunks(header, rows, cellsOf), bom)
    : stream(c, 'application/json', jsonChunks('wards', rows))
})

const cellsOf = ({ name, code, councilTier, cases }: ExportedWard): Cell[] => [name, code, councilTier, cases]
