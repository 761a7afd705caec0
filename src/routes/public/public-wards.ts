import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { postcodeKnown, publicWardsAtPostcode, publicWards as wardsOfTenant } from '../../db/postcodes'
import { ApiError } from '../../errors'
import { publicRoute } from '../../gate/public'
import { json, TenantParam } from '../../http/fields'
import { PublicWards, PublicWardsQuery } from './public-wards-schemas'

const find = createRoute({
  method: 'get',
  path: '/wards',
  middleware: publicRoute(),
  security: [],
  operationId: 'findPublicWards',
  summary: 'Find wards and their councillors',
  description:
    'All wards of the tenant, or those that contain a postcode: an empty list if no ward has its code, 404 if the directory does not know it. Without a key, five requests an hour per address.',
  request: { params: TenantParam, query: PublicWardsQuery },
  responses: { 200: json('The wards A–Z.', PublicWards) },
})

/** Wards of a postcode and their councillors. */
export const publicWards = new OpenAPIHono<AppEnv>().openapi(find, async (c) => {
  const { publicGate } = c.var
  const { postcode } = c.req.valid('query')
  if (postcode === undefined) {
    const { wards } = await publicGate.read({}, { wards: wardsOfTenant })
    return c.json({ postcode: null, wards }, 200)
  }
  const { wards, known } = await publicGate.read({ postcode }, { wards: publicWardsAtPostcode, known: postcodeKnown })
  if (!known.isKnown) throw new ApiError('not_found')
  return c.json({ postcode, wards }, 200)
})
