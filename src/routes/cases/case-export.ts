import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { caseExport, type ExportedCase, exportedAtMost } from '../../db/cases/case-export'
import { caseListValues } from '../../db/cases/case-list'
import { type Cell, csvChunks } from '../../domain/csv'
import { searchTerms } from '../../domain/search-terms'
import { csv, download, jsonChunks, stream } from '../../http/download'
import { keyedRoute } from '../../http/keyed-route'
import { CaseExport, CaseExportQuery } from './case-export-schemas'

const header = ['Reference', 'Status', 'Summary', 'Themes', 'Ward', 'Category', 'Source', 'Created At', 'Updated At']

const exportCases = createRoute({
  method: 'get',
  path: '/export',
  ...keyedRoute({ plan: 'council', scope: 'reports:read', role: 'caseworker' }),
  operationId: 'exportCases',
  summary: 'Export cases',
  description:
    'The newest 5,000 cases that match the list’s filters, as JSON or CSV; only their own for a caseworker. Contains no resident data. CSV cells that look like formulas are prefixed with an apostrophe.',
  request: { query: CaseExportQuery },
  responses: {
    200: download(
      'The cases, newest first; CSV is sent as an attachment.',
      CaseExport,
      `${header.map((name) => `"${name}"`).join(',')}\r\n"CW-2026-0042","open","Pothole","roads","Falmouth Arwenack","Roads","email","2026-03-01T09:00:00.000Z","2026-03-01T09:00:00.000Z"`,
    ),
  },
})

/** Exporting cases. */
export const caseExports = new OpenAPIHono<AppEnv>().openapi(exportCases, async (c) => {
  const { format, bom, search: typed, ...rest } = c.req.valid('query')
  const search = typed === undefined ? undefined : searchTerms(typed)
  const filters = { ...rest, search }
  const order = { by: 'createdAt', descending: true } as const
  const values = caseListValues({ filters, order, from: { offset: 0 }, limit: exportedAtMost })
  const nothingToFind = typed !== undefined && search === undefined
  const { rows = [] } = await c.var.gate.read(values, nothingToFind ? {} : { rows: caseExport(filters) })
  return format === 'csv'
    ? csv(c, 'cases', csvChunks(header, rows, cellsOf), bom)
    : stream(c, 'application/json', jsonChunks('cases', rows))
})

function cellsOf(one: ExportedCase): Cell[] {
  const { reference, status, summary, publicThemes, ward, category, sourceChannel, createdAt, updatedAt } = one
  const names = [ward?.name ?? null, category?.name ?? null]
  return [reference, status, summary, publicThemes, ...names, sourceChannel, createdAt, updatedAt]
}
