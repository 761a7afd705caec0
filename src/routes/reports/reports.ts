import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { caseReport, reportValues } from '../../db/cases/case-report'
import { periodOf } from '../../domain/months'
import { json } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { figuresOf } from './report-figures'
import { fullReport, suppressedReport } from './report-rules'
import { Report, ReportQuery } from './report-schemas'

const byAggregate = createRoute({
  method: 'get',
  path: '/public',
  ...keyedRoute({ plan: 'council', scope: 'reports:read', role: 'caseworker' }),
  operationId: 'getPublicReport',
  summary: 'Get the aggregate report',
  description:
    'Totals of the cases that the caller can see, including archived ones; no personal data. With `wardId` or `categoryId`, counts of 1 to 4 are null, and so is the next smallest count in the same split (with its ties), so that they cannot be derived by subtraction. A split where that is not possible is withheld (an empty list, or all null), and so is a whole report of fewer than five cases. Exact at any size without filters and, for callers who see the whole tenant, with one of `wardId` and `categoryId` or with whole calendar months in UTC (`from` their first millisecond, `to` their last). What remains is counted case by case, newest first: the days of a month that is not whole, and any other combination of filters. Where that is more than 10,000 cases, only the newest are counted, and `countedFrom` says from when on.',
  request: { query: ReportQuery },
  responses: { 200: json('The report.', Report) },
})

/** Totals of the caller's cases. */
export const reports = new OpenAPIHono<AppEnv>().openapi(byAggregate, async (c) => {
  const { gate } = c.var
  const { from, to, ...places } = c.req.valid('query')
  const filters = { ...places, ...((from || to) && { period: periodOf(from, to) }) }
  const { report } = await gate.read(reportValues(filters), { report: caseReport(filters) })
  const isCrossed = filters.wardId !== undefined || filters.categoryId !== undefined
  return c.json((isCrossed ? suppressedReport : fullReport)(gate.now, figuresOf(report, filters)), 200)
})
