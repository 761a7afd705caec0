import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../app-env'
import { type CaseStretch, caseList, caseListValues, isPositionIn, positionAfter } from '../db/case-list'
import { countCap } from '../db/case-totals'
import { caseById, timelineOf } from '../db/cases'
import { decodeCursor, encodeCursor, type Position } from '../domain/page'
import { searchTerms } from '../domain/search-terms'
import { ApiError } from '../errors'
import { refuse } from '../gate/needs'
import { presentCase } from './case-rules'
import { Case, CaseList, CaseListQuery, deepestPage } from './case-schemas'

import { isKnown } from './etag'
import { IdParam, json, NoQuery } from './fields'
import { guarded } from './guarded'
import { unusableCursor } from './lists'

const list = createRoute({
  method: 'get',
  path: '/api/cases',
  ...guarded({ plan: 'pro', scope: 'cases:read', role: 'caseworker' }),
  operationId: 'listCases',
  summary: 'List cases',
  description:
    'Filtered, sorted and searched; a caseworker sees their own. Without descriptions and timelines: 100 of the longest cases are 0.7 MB.',
  request: { query: CaseListQuery },
  responses: { 200: json('A page of cases.', CaseList) },
})

const get = createRoute({
  method: 'get',
  path: '/api/cases/{id}',
  ...guarded({ plan: 'pro', scope: 'cases:read', role: 'caseworker' }),
  operationId: 'getCase',
  summary: 'Get a case',
  description: 'With its timeline and an ETag for changing it. Answers 304 to an `If-None-Match` that still holds.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('The case.', Case), 304: { description: 'Nothing has changed.' } },
})

/** Reading cases. */
export const cases = new OpenAPIHono<AppEnv>()
  .openapi(list, async (c) => {
    const { trip } = c.var
    const asked = c.req.valid('query')
    const search = asked.search === undefined ? undefined : searchTerms(asked.search)
    const searchActive = asked.search === undefined ? {} : { searchActive: true as const }
    if (asked.search !== undefined && search === undefined) {
      await trip.read({})
      const none = { page: asked.page ?? 1, pageSize: asked.pageSize, total: 0, totalPages: 0, nextCursor: null }
      return c.json({ cases: [], pagination: none, ...searchActive }, 200)
    }
    const { stretch, page, listed } = stretchOf(asked, search) ?? (await refuse(trip, unusableCursor()))
    const [{ rows, total: counted }] = await trip.read(caseListValues(stretch), caseList(stretch))

    const shown = rows.slice(0, asked.pageSize)
    const reached = offsetOf(stretch.from) + shown.length
    const goesOn = looksAhead(stretch.from) ? rows.length > shown.length : counted.total > reached
    const last = goesOn ? shown.at(-1) : undefined
    const position = last && positionAfter(last, stretch.order, reached)
    const { isCapped } = counted
    const total = isCapped ? Math.min(counted.total, countCap) : counted.total
    return c.json(
      {
        cases: shown,
        pagination: {
          page,
          pageSize: asked.pageSize,
          total,
          totalPages: Math.ceil(total / asked.pageSize),
          ...(isCapped && { totalCapped: true as const }),
          nextCursor: position && reachable(position) ? encodeCursor({ page: page + 1, position }, listed) : null,
        },
        ...searchActive,
      },
      200,
    )
  })
  .openapi(get, async (c) => {
    const [[found], entries] = await c.var.trip.read(c.req.valid('param'), caseById, timelineOf)
    if (!found) throw new ApiError('not_found')
    const body = presentCase(found, entries)
    return (await isKnown(c, body, found.version)) ? c.body(null, 304) : c.json(body, 200)
  })

/** Which stretch of which list is asked for, or undefined where the cursor is of another list or damaged. */
function stretchOf(asked: CaseListQuery, search: string | undefined) {
  const { page = 1, pageSize, cursor, sort, ...rest } = asked
  const filters = { ...rest, search }
  const by = sort?.replace('-', '') ?? (search === undefined ? 'createdAt' : 'rank')
  const order = { by, descending: sort === undefined || sort.startsWith('-') } as CaseStretch['order']
  const listed = JSON.stringify([filters, order])
  const resumed = cursor === undefined ? undefined : decodeCursor(cursor, listed)
  if (cursor !== undefined && !(resumed && isPositionIn(resumed.position, order))) return
  const from: Position = resumed?.position ?? { offset: (page - 1) * pageSize }
  const stretch: CaseStretch = { filters, order, from, limit: looksAhead(from) ? pageSize + 1 : pageSize }
  return { stretch, page: resumed?.page ?? page, listed }
}

/** Whether a stretch reads one row more to know if it is the last. A numbered page knows from the total. */
const looksAhead = (from: Position) => 'after' in from

const offsetOf = (from: Position) => ('offset' in from ? from.offset : 0)

const reachable = (position: Position) => offsetOf(position) < deepestPage
