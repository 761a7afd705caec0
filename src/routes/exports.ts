import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AppEnv } from '../app-env'
import { caseListValues } from '../db/case-list'
import { caseExport, type ExportedCase, type ExportedWard, exportedAtMost, wardExport } from '../db/exports'
import { type Cell, csvChunks } from '../domain/csv'
import { searchTerms } from '../domain/search-terms'
import { CaseExport, CaseExportQuery, download, WardExport, WardExportQuery } from './export-schemas'
import { guarded } from './guarded'

const caseHeader = [
  'Reference',
  'Status',
  'Summary',
  'Themes',
  'Ward',
  'Category',
  'Source',
  'Created At',
  'Updated At',
]
const wardHeader = ['Ward', 'Code', 'Tier', 'Cases']

const ofCases = createRoute({
  method: 'get',
  path: '/api/cases/export',
  ...guarded({ plan: 'council', scope: 'reports:read', role: 'caseworker' }),
  operationId: 'exportCases',
  summary: 'Export cases',
  description:
    'The newest 5,000 that the filters of the list let through, as JSON or CSV; a caseworker gets their own. Nothing about residents. In CSV a cell that a spreadsheet would run as a formula starts with an apostrophe.',
  request: { query: CaseExportQuery },
  responses: {
    200: download(
      'The cases, newest first; as CSV an attachment.',
      CaseExport,
      `${caseHeader.map((name) => `"${name}"`).join(',')}\r\n"CW-2026-0042","open","Pothole","roads","Falmouth Arwenack","Roads","email","2026-03-01T09:00:00.000Z","2026-03-01T09:00:00.000Z"`,
    ),
  },
})

const ofWards = createRoute({
  method: 'get',
  path: '/api/wards/export',
  ...guarded({ plan: 'pro', scope: 'wards:read' }),
  operationId: 'exportWards',
  summary: 'Export wards',
  description: 'Enabled wards from A to Z, with how many cases the caller sees there, archived ones included.',
  request: { query: WardExportQuery },
  responses: {
    200: download(
      'The wards; as CSV an attachment.',
      WardExport,
      '"Ward","Code","Tier","Cases"\r\n"Falmouth Arwenack","E05009270","unitary","12"',
    ),
  },
})

/** Exports. Mounted before the routes whose `{id}` would take `export` for an id. */
export const dataExports = new OpenAPIHono<AppEnv>()
  .openapi(ofCases, async (c) => {
    const { format, search: typed, ...rest } = c.req.valid('query')
    const search = typed === undefined ? undefined : searchTerms(typed)
    const filters = { ...rest, search }
    const order = { by: 'createdAt', descending: true } as const
    const values = caseListValues({ filters, order, from: { offset: 0 }, limit: exportedAtMost })
    const nothingToFind = typed !== undefined && search === undefined
    const [rows = []] = await c.var.trip.read(values, ...(nothingToFind ? [] : [caseExport(filters)]))
    return format === 'csv'
      ? csv(c, 'cases', csvChunks(caseHeader, rows, cellsOfCase))
      : stream(c, 'application/json', jsonChunks('cases', rows))
  })
  .openapi(ofWards, async (c) => {
    const [rows] = await c.var.trip.read({}, wardExport)
    return c.req.valid('query').format === 'csv'
      ? csv(c, 'wards', csvChunks(wardHeader, rows, cellsOfWard))
      : stream(c, 'application/json', jsonChunks('wards', rows))
  })

function cellsOfCase(one: ExportedCase): Cell[] {
  const { reference, status, summary, publicThemes, ward, category, sourceChannel, createdAt, updatedAt } = one
  const names = [ward?.name ?? null, category?.name ?? null]
  return [reference, status, summary, publicThemes, ...names, sourceChannel, createdAt, updatedAt]
}

const cellsOfWard = ({ name, code, councilTier, cases }: ExportedWard): Cell[] => [name, code, councilTier, cases]

const rowsPerChunk = 200

/** A JSON object of a list and its length, piece by piece: `{"cases":[…],"total":2}`. */
function* jsonChunks(name: string, rows: readonly object[]) {
  yield `{${JSON.stringify(name)}:[`
  for (let from = 0; from < rows.length; from += rowsPerChunk) {
    const some = rows.slice(from, from + rowsPerChunk).map((row) => JSON.stringify(row))
    yield `${from === 0 ? '' : ','}${some.join(',')}`
  }
  yield `],"total":${rows.length}}`
}

function csv(c: Context<AppEnv>, name: string, chunks: Iterator<string>) {
  const today = c.var.trip.now.slice(0, 10)
  c.header('Content-Disposition', `attachment; filename="${name}-export-${today}.csv"`)
  return stream(c, 'text/csv; charset=utf-8', chunks)
}

/** Answers with a text that is made as it is read, so that no more than a piece of it is held at a time. */
function stream(c: Context<AppEnv>, type: string, chunks: Iterator<string>) {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = chunks.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
  })
  return c.body(body, 200, { 'Content-Type': type })
}
