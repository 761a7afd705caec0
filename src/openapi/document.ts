import type { OpenAPIHono } from '@hono/zod-openapi'
import { version } from '../../package.json'
import type { AppEnv } from '../app-env'
import { exampleOf, type Schemas, type Side } from './examples'
import { guide } from './guide'
import { errorResponses, errorSchema, refusalsAt } from './refusals'

type Document = ReturnType<OpenAPIHono<AppEnv>['getOpenAPI31Document']>
type Operation = NonNullable<NonNullable<Document['paths']>[string]['get']>

const tagDescriptions: Record<string, string> = {
  audit: 'Who did what to which id, and when.',
  cases: 'What residents have asked for, and what was done about it.',
  categories: 'The kinds of case a tenant tells apart.',
  events: 'Surgeries, consultations and other dates.',
  health: 'Whether the gateway is up. No key needed.',
  keys: 'API keys: made, listed, rotated and revoked.',
  me: 'The caller, as the gateway knows them.',
  news: 'News articles, unapproved until somebody approves them.',
  public: 'The contact form and ward look-up. No key needed.',
  reports: 'Totals without personal data.',
  submissions: 'What came in through the contact form.',
  users: 'The people of a tenant.',
  wards: 'The areas that councillors stand for.',
}

const header = (text: string, example: string) => ({ description: text, schema: { type: 'string' as const, example } })

const headers = {
  'X-Request-Id': header('Quote it when you ask for help.', '6b3f3c0e-4f0a-4f55-9f0e-1a2b3c4d5e6f'),
  'X-RateLimit-Limit': header('Requests allowed in any span of one window.', '100'),
  'X-RateLimit-Remaining': header('Requests that would be admitted now.', '58'),
  'RateLimit-Policy': header('draft-ietf-httpapi-ratelimit-headers-11.', '"key";q=100;w=60'),
  RateLimit: header('Remaining requests; seconds until the oldest counted one leaves.', '"key";r=58;t=17'),
  'Retry-After': header('Whole seconds to wait.', '34'),
  'WWW-Authenticate': header('How to send a key.', 'Bearer realm="casework"'),
  ETag: header('The version, and a hash of the body: for `If-Match` and `If-None-Match`.', '"3-9f86d081884c7d65"'),
} as const

type HeaderName = keyof typeof headers

const everywhere: HeaderName[] = ['X-Request-Id']
const withKey: HeaderName[] = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'RateLimit-Policy', 'RateLimit']

const refs = (names: HeaderName[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

/** What comes with an error; those about the window come to callers with a key, and to others with 429. */
function headersOfError(status: string): Record<string, { $ref: string }> {
  if (status === '401') return refs([...everywhere, 'WWW-Authenticate'])
  const waits = status === '429' || status === '503'
  return refs([...everywhere, ...withKey, ...(waits ? (['Retry-After'] as const) : [])])
}

const requestHeaders = {
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header' as const,
    description: 'Up to 255 printable characters. The same key and body within 24 hours give the first result again.',
    schema: { type: 'string' as const, maxLength: 255 },
    example: 'crm-10042-create',
  },
  ifMatch: {
    name: 'If-Match',
    in: 'header' as const,
    description: 'The ETag you read: the change is refused with 409 if somebody else came first.',
    schema: { type: 'string' as const },
    example: '"3-9f86d081884c7d65"',
  },
  ifNoneMatch: {
    name: 'If-None-Match',
    in: 'header' as const,
    description: 'The ETag you hold: 304 if it is still the same.',
    schema: { type: 'string' as const },
    example: '"3-9f86d081884c7d65"',
  },
}

/** The OpenAPI 3.1 document of every route, made from the routes' own definitions. */
export function documentOf(app: OpenAPIHono<AppEnv>): Document {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Casework API',
      version,
      description: guide,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: '/' }],
  })
  // The generator's schemas are JSON Schemas; examples need no more of them than `Schemas` says.
  const schemas = (document.components?.schemas ?? {}) as Schemas
  const tags = new Set<string>()
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of ['get', 'post', 'patch', 'delete'] as const) {
      const operation = item[method]
      if (!operation) continue
      const tag = tagOf(path)
      tags.add(tag)
      operation.tags = [tag]
      complete(operation, path, method, schemas)
    }
  }
  return {
    ...document,
    tags: [...tags].map((name) => ({ name, description: tagDescriptions[name] ?? '' })),
    components: {
      ...document.components,
      headers,
      parameters: usedParameters(document),
      responses: errorResponses(headersOfError),
      schemas: { ...document.components?.schemas, Error: errorSchema },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: '`Authorization: Bearer sk_…`' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: '`X-API-Key: sk_…`' },
      },
    },
  }
}

function usedParameters({ paths }: Document) {
  const text = JSON.stringify(paths)
  return Object.fromEntries(
    Object.entries(requestHeaders).filter(([name]) => text.includes(`"#/components/parameters/${name}"`)),
  )
}

/** Adds to an operation what all operations of its kind have: errors, headers, examples and conditional requests. */
function complete(operation: Operation, path: string, method: string, schemas: Schemas): void {
  const isKeyed = (operation.security?.length ?? 0) > 0
  const hasBody = operation.requestBody !== undefined
  const responses = operation.responses ?? {}
  const changesVersion = method === 'patch' && takesVersion(operation, schemas)
  const hasEtag = '304' in responses || changesVersion
  if (isKeyed) operation.description = `${operation.description}\n\n${accessOf(operation)}`

  for (const [status, response] of Object.entries(responses)) {
    const named = [...everywhere, ...(isKeyed ? withKey : []), ...(hasEtag ? (['ETag'] as const) : [])]
    responses[status] = { ...response, headers: { ...refs(named), ...response.headers } }
    addExamples(response.content, schemas, 'answer')
  }
  if (operation.requestBody && 'content' in operation.requestBody) {
    addExamples(operation.requestBody.content, schemas, 'body')
  }
  const isPublic = path.startsWith('/api/public/')
  operation.responses = { ...refusalsAt({ path, method, isKeyed, isPublic, hasBody }), ...responses }

  const named = [
    method === 'post' && (isKeyed || isPublic) && !isUnreplayable(path) && 'idempotencyKey',
    changesVersion && 'ifMatch',
    '304' in responses && 'ifNoneMatch',
  ].filter((name) => name !== false)
  const parameters = named.map((name) => ({ $ref: `#/components/parameters/${name}` }))
  if (parameters.length > 0) operation.parameters = [...(operation.parameters ?? []), ...parameters]
}

/** The plan, scopes and role that an operation needs, in a sentence. */
function accessOf(operation: Operation): string {
  const extensions = operation as { 'x-required-plan'?: string; 'x-required-role'?: string | null }
  const scopes = (operation.security?.[0]?.bearer ?? []).map((scope) => `\`${scope}\``)
  const role = extensions['x-required-role']
  return [
    `**Plan** ${extensions['x-required-plan']} or higher`,
    scopes.length > 0 && `**scope** ${scopes.join(' and ')}`,
    role && `**role** ${role} or higher`,
  ]
    .filter(Boolean)
    .join(' · ')
}

/** Answers that show a key are never kept, so never replayed. */
const isUnreplayable = (path: string) => path.startsWith('/api/keys')

interface MediaTypes {
  [type: string]: { schema?: unknown; example?: unknown; examples?: unknown }
}

function addExamples(content: MediaTypes | undefined, schemas: Schemas, side: Side): void {
  for (const media of Object.values(content ?? {})) {
    if (media.schema && !media.examples) media.example ??= exampleOf(media.schema, schemas, side)
  }
}

function takesVersion({ requestBody }: Operation, schemas: Schemas): boolean {
  const schema = requestBody && 'content' in requestBody ? requestBody.content['application/json']?.schema : undefined
  const name = schema && '$ref' in schema ? schema.$ref?.split('/').at(-1) : undefined
  return schemas[name ?? '']?.properties?.version !== undefined
}

function tagOf(path: string): string {
  const [, first = '', second = ''] = path.split('/')
  return first === 'api' ? second : 'health'
}
