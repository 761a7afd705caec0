import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppEnv } from '../app-env'
import { plans, roles, scopes } from '../domain/vocabulary'
import { Id, Instant, json, NoQuery } from '../http/fields'
import { keyedRoute } from '../http/keyed-route'

const Me = z
  .object({
    tenant: z.object({
      id: Id,
      slug: z.string().openapi({ example: 'acme' }),
      name: z.string().openapi({ example: 'Acme Town Council' }),
      plan: z.enum(plans).openapi({ example: 'pro' }),
    }),
    user: z.object({ id: Id, name: z.string().openapi({ example: 'Sam Caseworker' }), role: z.enum(roles) }),
    key: z.object({
      id: Id,
      prefix: z.string().openapi({ example: 'sk_cw0_Ab3d' }),
      name: z.string().nullable().openapi({ example: 'CRM sync' }),
      scopes: z.array(z.enum(scopes)),
      expiresAt: Instant.nullable(),
      allowedAddresses: z
        .array(z.string())
        .nullable()
        .openapi({ description: 'The addresses that it may be used from; null for any.', example: ['203.0.113.0/24'] }),
    }),
    limit: z.object({
      requests: z.int().openapi({ example: 100 }),
      windowSeconds: z.int().openapi({ example: 60 }),
    }),
  })
  .openapi('Me')

const getMe = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute({ plan: 'pro' }),
  operationId: 'getMe',
  summary: 'Get the caller',
  description: 'The key’s tenant, user and limits: the simplest way to check that a key works.',
  request: { query: NoQuery },
  responses: { 200: json('The caller.', Me) },
})

/** The caller. */
export const me = new OpenAPIHono<AppEnv>().openapi(getMe, async (c) => {
  const { gate } = c.var
  await gate.read({}, {})
  const { tenant, user, key, limit } = gate.principal
  const { familyId: _, ...shownKey } = key
  return c.json({ tenant, user, key: shownKey, limit }, 200)
})
