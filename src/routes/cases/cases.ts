import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { type CaseSlice, caseList, caseListValues, isPositionIn, positionAfter } from '../../db/cases/case-list'
import { searchedAtMost } from '../../db/cases/case-search'
import { caseTextById } from '../../db/cases/cases'
import { countCap } from '../../db/limits'
import { listText } from '../../domain/json-text'
import { decodeCursor, type Position } from '../../domain/page'
import { searchTerms } from '../../domain/search-terms'
import { ApiError } from '../../errors'
import { refuse } from '../../gate/keyed'
import { answerText } from '../../http/answer-text'
import { etagOfText } from '../../http/etag'
import { IdParam, json, NoQuery } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { pageOf, paginationOf, rowsOf, unusableCursor } from '../../http/paging'
import { caseExports } from './case-export'
import { Case, CaseList, CaseListQuery } from './case-schemas'
import { caseWrites } from './case-writes'

const list = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute({ plan: 'pro', scope: 'cases:read', role: 'caseworker' }),
  operationId: 'listCases',
  summary: 'List cases',
  description:
    'With filters, sort and search; a caseworker sees only their own. Omits descriptions and timelines; a page of 100 is at most 0.7 MB.',
  request: { query: CaseListQuery },
  responses: { 200: json('A page of cases.', CaseList) },
})

const get = createRoute({
  method: 'get',
  path: '/{id}',
  ...keyedRoute({ plan: 'pro', scope: 'cases:read', role: 'caseworker' }),
  operationId: 'getCase',
  summary: 'Get a case',
  description: 'Includes its timeline and an ETag for changing it. Returns 304 if `If-None-Match` still matches.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('The case.', Case), 304: { description: 'Not changed since.' } },
})

/** Everything under `/api/cases`. The export comes before `{id}`, which would take it for an id. */
export const cases = new OpenAPIHono<AppEnv>()
  .openapi(list, async (c) => {
    const { gate } = c.var
    const asked = c.req.valid('query')
    const search = asked.search === undefined ? undefined : searchTerms(asked.search)
    const searchActive = asked.search === undefined ? {} : { searchActive: true as const }
    if (asked.search !== undefined && search === undefined) {
      await gate.read({}, {})
      const none = paginationOf({ page: asked.page ?? 1, pageSize: asked.pageSize, total: 0, listed: '' })
      return c.json({ cases: [], pagination: none, ...searchActive }, 200)
    }
    const { slice, page, listed } = sliceOf(asked, search) ?? (await refuse(gate, unusableCursor()))
    const { list } = await gate.read(caseListValues(slice), { list: caseList(slice) })
    const isSearch = search !== undefined
    const isCapped = list.total.isCapped
    const total = isCapped ? Math.min(list.total.total, countCap) : list.total.total
    const { shown, next, isPartial } = pageOf({
      ...{ rows: list.rows, from: slice.from, pageSize: asked.pageSize, stop: list.stop, total },
      // Older matches than those counted are not found by going on.
      mayGoOn: isCapped && !isSearch,
      positionAfter: (row, reached) => positionAfter(JSON.parse(row), slice.order, reached),
    })
    const pagination = paginationOf({ page, pageSize: asked.pageSize, total, isCapped, isPartial, next, listed })
    const rankedAmong = isSearch && isCapped && { rankedAmong: searchedAtMost }
    const unranked = list.isUnranked && { unranked: true as const }
    await gate.disclose('case', () => shown.map((row) => JSON.parse(row).id))
    return answerText(c, listText('cases', shown, { pagination, ...searchActive, ...rankedAmong, ...unranked }), 200)
  })
  .route('/', caseExports)
  .openapi(get, async (c) => {
    const { gate } = c.var
    const { id } = c.req.valid('param')
    const { found } = await gate.read({ id }, { found: caseTextById })
    if (found === undefined) throw new ApiError('not_found')
    await gate.disclose('case', () => [id])
    return answerText(c, found, 200, await etagOfText(found))
  })
  .route('/', caseWrites)

/** The requested slice, or undefined if the cursor is damaged or belongs to another list. */
function sliceOf(asked: CaseListQuery, search: string | undefined) {
  const { page = 1, pageSize, cursor, sort, ...rest } = asked
  const filters = { ...rest, search }
  const by = sort?.replace('-', '') ?? (search === undefined ? 'createdAt' : 'rank')
  const order = { by, descending: sort === undefined || sort.startsWith('-') } as CaseSlice['order']
  const listed = JSON.stringify([filters, order])
  const resumed = cursor === undefined ? undefined : decodeCursor(cursor, listed)
  if (cursor !== undefined && !(resumed && isPositionIn(resumed.position, order))) return
  const from: Position = resumed?.position ?? { offset: (page - 1) * pageSize }
  const slice: CaseSlice = { filters, order, from, limit: rowsOf(from, pageSize) }
  return { slice, page: resumed?.page ?? page, listed }
}
