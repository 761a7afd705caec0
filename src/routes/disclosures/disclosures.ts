import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { disclosurePage, placeIn, placeOf } from '../../db/disclosures'
import { encodeCursor } from '../../domain/page'
import { refuse } from '../../gate/keyed'
import { json } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { unusableCursor, valuesAfter } from '../../http/paging'
import { DisclosureList, DisclosureQuery } from './disclosure-schemas'

const list = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute({ plan: 'council', scope: 'audit:read', role: 'admin' }),
  operationId: 'listDisclosures',
  summary: 'List disclosures',
  description:
    'Which key was given which resident’s data on which day, latest first: a row per day, key and case or message, however often it was read. Ids only. Recorded before the answer leaves, where the tenant has it recorded: by default on the plan council.',
  request: { query: DisclosureQuery },
  responses: { 200: json('A page of disclosures.', DisclosureList) },
})

/** The list of disclosures. */
export const disclosures = new OpenAPIHono<AppEnv>().openapi(list, async (c) => {
  const { gate } = c.var
  const { cursor, pageSize, ...filters } = c.req.valid('query')
  const listed = JSON.stringify(['disclosures', filters])
  const after = cursor === undefined ? undefined : placeIn(valuesAfter(cursor, listed, 4))
  if (cursor !== undefined && after === undefined) await refuse(gate, unusableCursor())
  const now = new Date().toISOString()
  const page = disclosurePage(filters, { after, limit: pageSize + 1, now })
  const { rows, stops = [] } = await gate.read(page.values, { rows: page.rows, stops: page.stop })

  const shown = rows.slice(0, pageSize)
  const last = rows.length > pageSize ? shown.at(-1) : stops[0]
  const place = last ? placeOf(last) : page.stopsBefore
  const nextCursor = place ? encodeCursor({ page: 1, position: { after: place } }, listed) : null
  const isPartial = place !== undefined && shown.length < pageSize
  const disclosures = shown.map(({ day, keyId, userId, targetType, targetId }) => ({
    ...{ day, keyId, userId, target: { type: targetType, id: targetId } },
  }))
  return c.json({ disclosures, nextCursor, ...(isPartial && { partial: true as const }) }, 200)
})
