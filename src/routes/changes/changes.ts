import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { type ChangePage, changePage, changeValues, nextOf } from '../../db/change-page'
import { changeTargets, targetScopes } from '../../domain/vocabulary'
import { ApiError } from '../../errors'
import { entityTagAt } from '../../http/entity-tags'
import { json } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { ChangeList, ChangesQuery } from './change-schemas'

const list = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute({ plan: 'pro', role: 'caseworker', anyScope: changeTargets.map((target) => targetScopes[target]) }),
  operationId: 'listChanges',
  summary: 'Follow the log of changes',
  description:
    'What has changed since a number, oldest first: ids, never personal data. Leaves out what the key’s scopes do not read ' +
    '(`case_…`: `cases:read`, `contact_submitted` and `submission_…`: `submissions:read`, `news_…`: `news:read`, ' +
    '`event_…`: `events:read`, `ward_…`: `wards:read`, `councillor_…`: `users:read`) and, for a caseworker, cases that ' +
    'are not theirs now. One call looks at 1,000 changes at most, so `changes` may be empty and still lead on: go on until ' +
    '`next` is the `after` that was sent. Changes are kept for 30 days: an `after` that would skip changes no ' +
    'longer kept, or that the log has not reached, is 400 with `details.oldest`.',
  request: { query: ChangesQuery },
  responses: { 200: json('A stretch of the log.', ChangeList), 304: { description: 'Nothing new has come.' } },
})

/** The log of changes. */
export const changes = new OpenAPIHono<AppEnv>().openapi(list, async (c) => {
  const asked = c.req.valid('query')
  const { page } = await c.var.gate.read(changeValues(asked), { page: changePage })
  if (!page) throw new Error('An admitted caller has no log')
  requireKept(asked.after, page)

  const next = nextOf(asked, page)
  const body = { changes: page.changes.map(present), next, oldest: page.oldest }
  return c.json(body, 200, { ETag: await entityTagAt(next, JSON.stringify(body)) })
})

function present({ targetType: type, targetId: id, reference, ...change }: ChangePage['changes'][number]) {
  return { ...change, target: { type, id, ...(reference !== null && { reference }) } }
}

/** Throws 400 where changes after this number are missing, or where it was given out by a log that this one is not. */
function requireKept(after: number | undefined, { oldest, newest }: ChangePage): void {
  if (after === undefined || (after >= (oldest ?? 1) - 1 && after <= (newest ?? 0))) return
  const message = 'Not a place in the log as it is kept: read everything again, then go on from the end of the log'
  throw new ApiError('invalid_request', { details: { fields: { after: { code: 'range', message } }, oldest } })
}
