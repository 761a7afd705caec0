import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { countCap, looksAt } from '../../db/limits'
import { positionAfter, searchValues, submissionLists, submissionSearches } from '../../db/submission-list'
import { submissionById } from '../../db/submissions'
import { decodeCursor, goesDeep, type Position } from '../../domain/page'
import { submissionSearch } from '../../domain/submission-search'
import { ApiError } from '../../errors'
import { refuse } from '../../gate/keyed'
import { etag } from '../../http/etag'
import { IdParam, json, jsonBody, NoQuery } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { pageOf, paginationOf, rowsOf, unusableCursor } from '../../http/paging'
import { Case } from '../cases/case-schemas'
import { changeSubmission, convertToCase, presentSubmission } from './submission-rules'
import { Conversion, Submission, SubmissionChanges, SubmissionList, SubmissionListQuery } from './submission-schemas'

const reading = { plan: 'pro', scope: 'submissions:read', role: 'caseworker' } as const
const writing = { plan: 'pro', scope: 'submissions:write', role: 'caseworker' } as const

const list = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute(reading),
  operationId: 'listSubmissions',
  summary: 'List submissions',
  description:
    'Messages from the contact form, newest first, in one inbox for every role. Pages are never cut short: 100 of the longest messages are 1.6 MB.',
  request: { query: SubmissionListQuery },
  responses: { 200: json('A page of submissions.', SubmissionList) },
})

const get = createRoute({
  method: 'get',
  path: '/{id}',
  ...keyedRoute(reading),
  operationId: 'getSubmission',
  summary: 'Get a submission',
  description: 'Includes an ETag for changing it. Returns 304 if `If-None-Match` still matches.',
  request: { params: IdParam, query: NoQuery },
  responses: { 200: json('The submission.', Submission), 304: { description: 'Not changed since.' } },
})

const update = createRoute({
  method: 'patch',
  path: '/{id}',
  ...keyedRoute(writing),
  operationId: 'updateSubmission',
  summary: 'Change a submission’s status',
  description: 'To spam, dismissed or new. 409 if it has been converted.',
  request: { params: IdParam, query: NoQuery, body: jsonBody(SubmissionChanges) },
  responses: { 200: json('The submission after the change.', Submission) },
})

const convert = createRoute({
  method: 'post',
  path: '/{id}/convert',
  ...keyedRoute({ ...writing, alsoScope: 'cases:write' }),
  operationId: 'convertSubmission',
  summary: 'Convert a submission to a case',
  description:
    'Works once: a second conversion is 409, with the case if you can see it. The body is optional; absent fields come from the submission. A caseworker’s new case is assigned to them.',
  request: { params: IdParam, query: NoQuery, body: { ...jsonBody(Conversion), required: false } },
  responses: { 201: json('The case, with its reference.', Case) },
})

/** The inbox of the contact form. */
export const submissions = new OpenAPIHono<AppEnv>()
  .openapi(list, async (c) => {
    const { gate } = c.var
    const asked = c.req.valid('query')
    const { page, listed, values, from, search } = sliceOf(asked) ?? (await refuse(gate, unusableCursor()))
    if (search && search.words.length + search.phones.length === 0) {
      await gate.read({}, {})
      const none = paginationOf({ page, pageSize: asked.pageSize, total: 0, listed })
      return c.json({ submissions: [], pagination: none }, 200)
    }
    const lists = search ? submissionSearches : submissionLists
    const queries = asked.status === undefined ? lists.all : lists.ofStatus
    const isResumed = 'after' in from
    const isSifted = values.wardId !== null || values.categoryId !== null || search !== undefined
    const {
      rows,
      counted,
      stops = [],
    } = await gate.read(values, {
      rows: isResumed ? queries.rowsAfter : queries.rows,
      counted: queries.total,
      stops: isSifted && !goesDeep(from) ? (isResumed ? queries.stopAfter : queries.stop) : undefined,
    })

    const isCapped = counted.looked > countCap
    const total = Math.min(counted.total, countCap)
    const { shown, next, isPartial } = pageOf({
      ...{ rows, from, pageSize: asked.pageSize, total, mayGoOn: isCapped },
      stop: stops[0] && { after: positionAfter(stops[0]) },
      positionAfter: (row) => ({ after: positionAfter(row) }),
    })
    const pagination = paginationOf({ page, pageSize: asked.pageSize, total, isCapped, isPartial, next, listed })
    await gate.disclose('submission', () => shown.map(({ id }) => id))
    return c.json({ submissions: shown.map(presentSubmission), pagination }, 200)
  })
  .openapi(get, async (c) => {
    const { gate } = c.var
    const { found } = await gate.read(c.req.valid('param'), { found: submissionById })
    if (!found) throw new ApiError('not_found')
    await gate.disclose('submission', () => [found.id])
    const body = presentSubmission(found)
    return c.json(body, 200, await etag(body))
  })
  .openapi(update, async (c) => {
    const body = presentSubmission(await changeSubmission(c, c.req.valid('param').id, c.req.valid('json')))
    return c.json(body, 200, await etag(body))
  })
  .openapi(convert, async (c) => {
    const made = await convertToCase(c.var.gate, c.req.valid('param').id, c.req.valid('json'))
    return c.json(made, 201, { Location: `/api/cases/${made.id}`, ...(await etag(made)) })
  })

/** The requested slice, or undefined if the cursor is damaged or belongs to another list. */
function sliceOf({ page = 1, pageSize, cursor, status, ...about }: SubmissionListQuery) {
  const [wardId, categoryId] = [about.wardId ?? null, about.categoryId ?? null]
  const listed = JSON.stringify(['submissions', status, wardId, categoryId, about.search])
  const search = about.search === undefined ? undefined : submissionSearch(about.search)
  const resumed = cursor === undefined ? undefined : decodeCursor(cursor, listed)
  if (cursor !== undefined && !resumed) return
  const from: Position = resumed?.position ?? { offset: (page - 1) * pageSize }
  const [after0, after1] = 'after' in from ? from.after : []
  if (resumed && (typeof after0 !== 'number' || typeof after1 !== 'string')) return
  const looked = looksAt(from)
  const values = {
    status,
    wardId,
    categoryId,
    after0,
    after1,
    looked,
    skipped: looked - 1,
    limit: rowsOf(from, pageSize),
    ...(search && searchValues(search)),
  }
  return {
    listed,
    from,
    search,
    page: resumed?.page ?? page,
    values: { ...values, offset: 'offset' in from ? from.offset : 0 },
  }
}
