import { z } from 'zod'
import { app } from '../../src/app'
import { type Plan, plans, type Role, roles, type Scope, scopes } from '../../src/domain/vocabulary'
import { documentOf } from '../../src/openapi/document'
import { type Call, call } from './call'
import { sampleOf } from './samples'
import { makeKey, makeTenant, type TestKey, type TestTenant } from './tenants'

/** A keyed operation as the OpenAPI document tells of it. */
export interface Operation {
  id: string
  method: string
  path: string
  /** Scopes that are needed together. */
  scopes: Scope[]
  /** Scopes of which one is enough; empty where none or all of `scopes` are needed. */
  anyScope: Scope[]
  /** The least role, undefined where every role will do. */
  role: Role | undefined
  plan: Plan
  /** Every status that the document lists. */
  statuses: number[]
  success: number
  takesBody: boolean
  namesId: boolean
  /** The body's fields, by name. */
  fields: Record<string, Field>
  /** The names of the query's parameters. */
  parameters: string[]
}

const Field = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  maxItems: z.number().optional(),
})

/** A field of a body, as its JSON Schema tells of it. */
export type Field = z.infer<typeof Field>

const Schema = z.looseObject({ properties: z.record(z.string(), Field).default({}) })

/** The fields of an operation's JSON body. */
function fieldsOf({ requestBody }: { requestBody?: unknown }): Record<string, Field> {
  const Ref = z.object({
    content: z.object({ 'application/json': z.object({ schema: z.object({ $ref: z.string() }) }) }),
  })
  const { success, data } = Ref.safeParse(requestBody)
  if (!success) return {}
  const name = data.content['application/json'].schema.$ref.replace('#/components/schemas/', '')
  return Schema.parse(document.components?.schemas?.[name]).properties
}

/** The names of an operation's query parameters. */
function parametersOf({ parameters = [] }: { parameters?: unknown[] }): string[] {
  const Query = z.object({ in: z.literal('query'), name: z.string() })
  return parameters.flatMap((one) => Query.safeParse(one).data?.name ?? [])
}

const methods = ['get', 'post', 'patch', 'delete'] as const
const document = documentOf(app)

/** The scopes of an operation's ways in: one way with all that it needs, or several with one each. */
function scopesOf(security: Record<string, string[]>[]): Pick<Operation, 'scopes' | 'anyScope'> {
  const ways = security.flatMap(({ bearer }) => (bearer ? [z.array(z.enum(scopes)).parse(bearer)] : []))
  return ways.length === 1 ? { scopes: ways.flat(), anyScope: [] } : { scopes: [], anyScope: ways.flat() }
}

/** Every operation of the document that asks for a key. */
export function keyedOperations(): Operation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method]
      if (!operation?.security?.length) return []
      const statuses = Object.keys(operation.responses ?? {}).map(Number)
      const role = z.enum(roles).nullable().parse(operation['x-required-role'])
      return {
        id: operation.operationId ?? `${method} ${path}`,
        method: method.toUpperCase(),
        path,
        ...scopesOf(operation.security),
        role: role ?? undefined,
        plan: z.enum(plans).parse(operation['x-required-plan']),
        statuses,
        success: Math.min(...statuses),
        takesBody: operation.requestBody !== undefined,
        namesId: path.includes('{'),
        fields: fieldsOf(operation),
        parameters: parametersOf(operation),
      }
    }),
  )
}

/** The methods that the document has for a path, as an `Allow` header would list them, sorted. */
export function allowedMethods(path: string): string[] {
  const allowed = methods.filter((method) => document.paths?.[path]?.[method]).map((method) => method.toUpperCase())
  return [...allowed, ...(allowed.includes('GET') ? ['HEAD'] : [])].sort()
}

/** A valid request for an operation, with a tenant and an admin's key of its own. */
export interface Arranged {
  tenant: TestTenant
  admin: TestKey
  path: string
  body: Record<string, unknown> | undefined
}

/** Makes a tenant, its rows and a request for an operation that will succeed. */
export async function arrange(operation: Operation, plan: Plan = 'council'): Promise<Arranged> {
  const tenant = await makeTenant({ plan })
  const { row, body, query = '' } = sampleOf(operation)
  const id = (await row?.(tenant)) ?? ''
  return { tenant, admin: await makeKey(tenant), path: withId(operation, id) + query, body: body?.(id) }
}

/** True if an `Idempotency-Key` is taken: answers that hold a secret are not kept. */
export const isReplayable = ({ method, path }: Operation) =>
  method === 'POST' && !/^\/api\/(keys|webhooks$|.*rotate-secret)/.test(path)

const shared = new Map<string, Promise<Arranged>>()

/** One arrangement for all the tests of an operation that change nothing. */
export function arrangedOnce(operation: Operation): Promise<Arranged> {
  const known = shared.get(operation.id) ?? arrange(operation)
  shared.set(operation.id, known)
  return known
}

/** An operation's path with its ids filled in; the id goes in as it is, so that odd ones can be sent. */
export function withId({ path }: Operation, id: string): string {
  return path.replaceAll(/\{\w+\}/g, id)
}

/** Sends an arranged request with a key, changed where a test says so. */
export function send(
  operation: Operation,
  arranged: Arranged,
  key: string | undefined,
  changes: Partial<Request_> = {},
) {
  const { path = arranged.path, ...others } = changes
  const { method } = operation
  const raw = 'body' in others || !operation.takesBody
  return call(path, { method, key, ...(!raw && { json: arranged.body }), ...others })
}

type Request_ = Call & { path: string }
