import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { caseReport } from '../../db/cases/case-report'
import { lastMonths } from '../../domain/months'
import { json } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { type Figures, fullReport, suppressedReport } from './report-rules'
import { Report, ReportQuery } from './report-schemas'

const byAggregate = createRoute({
  method: 'get',
  path: '/public',
  ...keyedRoute({ plan: 'council', scope: 'reports:read', role: 'caseworker' }),
  operationId: 'getPublicReport',
  summary: 'Get the aggregate report',
  description:
    'Totals of the cases that the caller can see, including archived ones; no personal data. With `wardId` or `categoryId`, counts of 1 to 4 are null, and so is the next smallest count in the same split (with its ties), so that they cannot be derived by subtraction. A split where that is not possible is withheld (an empty list, or all null), and so is a whole report of fewer than five cases.',
  request: { query: ReportQuery },
  responses: { 200: json('The report.', Report) },
})

/** Totals of the caller's cases. */
export const reports = new OpenAPIHono<AppEnv>().openapi(byAggregate, async (c) => {
  const { gate } = c.var
  const filters = c.req.valid('query')
  // A month more than is shown, since the database's clock may be the first to see a new one.
  const [since = ''] = lastMonths(new Date().toISOString(), 25)
  const values = { ...filters, since: `${since}-01T00:00:00.000Z` }
  const { report } = await gate.read(values, { report: caseReport(filters) })
  const { resolution, ...counts } = report
  const figures: Figures = { ...counts, resolution: resolution[0] }
  const isCrossed = filters.wardId !== undefined || filters.categoryId !== undefined
  return c.json((isCrossed ? suppressedReport : fullReport)(gate.now, figures), 200)
})
