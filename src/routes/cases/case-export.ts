import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import {
  caseExport,
  type ExportedCase,
  exportedAtMost,
  exportLooksAt,
  newestFirst,
  positionAfterExported,
} from '../../db/cases/case-export'
import { caseListValues } from '../../db/cases/case-list'
import { type Cell, csvChunks } from '../../domain/csv'
import { encodeCursor } from '../../domain/page'
import { searchTerms } from '../../domain/search-terms'
import { refuse } from '../../gate/keyed'
import { csv, download, jsonChunks, stream } from '../../http/download'
import { keyedRoute } from '../../http/keyed-route'
import { linkNext, unusableCursor, valuesAfter } from '../../http/paging'
import { CaseExport, CaseExportQuery } from './case-export-schemas'

const header = ['Reference', 'Status', 'Summary', 'Themes', 'Ward', 'Category', 'Source', 'Created At', 'Updated At']

const exportCases = createRoute({
  method: 'get',
  path: '/export',
  ...keyedRoute({ plan: 'council', scope: 'reports:read', role: 'caseworker' }),
  operationId: 'exportCases',
  summary: 'Export cases',
  description:
    'The newest 5,000 cases that match the list’s filters, as JSON or CSV; only their own for a caseworker. Where no index decides which cases match, and in a search, one export looks at 4,000 of them: if there are more, `Link` (and `nextCursor` in JSON) leads to the next, which goes on with older ones. Contains no names or contact details of residents. CSV cells that look like formulas are prefixed with an apostrophe.',
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
  const { gate } = c.var
  const { format, bom, cursor, search: typed, ...rest } = c.req.valid('query')
  const search = typed === undefined ? undefined : searchTerms(typed)
  const filters = { ...rest, search }
  const listed = JSON.stringify(['export', filters])
  const places = search === undefined ? 2 : 1
  const position = cursor === undefined ? undefined : valuesAfter(cursor, listed, places)
  if (cursor !== undefined && position === undefined) await refuse(gate, unusableCursor())
  const values = {
    ...caseListValues({ filters, order: newestFirst, from: { offset: 0 }, limit: exportedAtMost + 1 }),
    ...position,
    looked: exportLooksAt,
  }
  const isEmpty = typed !== undefined && search === undefined
  const asked = isEmpty ? {} : { found: caseExport({ filters, isResumed: cursor !== undefined }) }
  const { found: { rows, stop } = { rows: [], stop: undefined } } = await gate.read(values, asked)

  const shown = rows.slice(0, exportedAtMost)
  const last = rows.length > shown.length ? shown.at(-1) : undefined
  const next = last ? positionAfterExported(last) : stop
  const nextCursor = next ? encodeCursor({ page: 1, position: next }, listed) : null
  await gate.disclose('case', () => shown.map(({ id }) => id))
  if (nextCursor !== null) linkNext(c, nextCursor)
  return format === 'csv'
    ? csv(c, 'cases', csvChunks(header, shown, cellsOf), bom)
    : stream(c, 'application/json', jsonChunks('cases', shown, { nextCursor }))
})

function cellsOf(one: ExportedCase): Cell[] {
  const { reference, status, summary, publicThemes, ward, category, sourceChannel, createdAt, updatedAt } = one
  const names = [ward?.name ?? null, category?.name ?? null]
  return [reference, status, summary, publicThemes, ...names, sourceChannel, createdAt, updatedAt]
}
