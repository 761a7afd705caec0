import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../app-env'
import { postcodeKnown, publicWardsAtPostcode, publicWards as wardsOfTenant } from '../db/postcodes'
import { ApiError } from '../errors'
import { open } from '../gate/open'
import { TenantParam } from './contact-schemas'
import { json } from './fields'
import { PublicWards, PublicWardsQuery } from './public-wards-schemas'

const find = createRoute({
  method: 'get',
  path: '/api/public/{tenant}/wards',
  middleware: open(),
  security: [],
  operationId: 'findPublicWards',
  summary: 'Find wards and their councillors',
  description:
    'Without a postcode all wards of the tenant. With one, those that it lies in: none where no ward has its code, 404 where the directory does not have it. Without a key, five times an hour per address.',
  request: { params: TenantParam, query: PublicWardsQuery },
  responses: { 200: json('The wards A–Z.', PublicWards) },
})

/** Which ward a resident lives in, and who represents it. */
export const publicWards = new OpenAPIHono<AppEnv>().openapi(find, async (c) => {
  const { publicTrip } = c.var
  const { postcode } = c.req.valid('query')
  if (postcode === undefined) {
    const [wards] = await publicTrip.read({}, wardsOfTenant)
    return c.json({ postcode: null, wards }, 200)
  }
  const [wards, { isKnown }] = await publicTrip.read({ postcode }, publicWardsAtPostcode, postcodeKnown)
  if (!isKnown) throw new ApiError('not_found')
  return c.json({ postcode, wards }, 200)
})
