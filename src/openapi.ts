import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from './app-env'

type Document = ReturnType<OpenAPIHono<AppEnv>['getOpenAPI31Document']>
type Operation = NonNullable<NonNullable<Document['paths']>[string]['get']>

const description = `Residents’ cases, events, news, wards and a public contact form for UK councillors.

Send your key as \`Authorization: Bearer sk_…\` or \`X-API-Key: sk_…\`. A key may make 100 requests in any minute; every
answer to a key says how many are left. Every error has one shape: \`{"error": "…", "details": {…}}\`.`

/** The statuses an operation can answer with beside its own, and when. */
const errors: Record<string, { name: string; description: string; applies: (at: Place) => boolean }> = {
  400: {
    name: 'BadRequest',
    description: 'Malformed JSON, a missing field, a wrong type, or an unknown or invalid query parameter.',
    applies: ({ isKeyed }) => isKeyed,
  },
  401: {
    name: 'Unauthorized',
    description: 'No key, or one that is invalid, expired or revoked: always the same answer.',
    applies: ({ isKeyed }) => isKeyed,
  },
  403: {
    name: 'Forbidden',
    description: 'The role is too low, the scope is missing, or the plan lacks the feature.',
    applies: ({ isKeyed }) => isKeyed,
  },
  404: {
    name: 'NotFound',
    description: 'Does not exist, belongs to another tenant, or is not visible to this caller.',
    applies: ({ path }) => path.includes('{'),
  },
  409: {
    name: 'Conflict',
    description: 'Changed since you last read it, or a duplicate.',
    applies: ({ isKeyed, method }) => isKeyed && (method === 'post' || method === 'patch'),
  },
  413: { name: 'TooLarge', description: 'The body is larger than 64 KiB.', applies: ({ hasBody }) => hasBody },
  422: {
    name: 'Unprocessable',
    description: 'Valid JSON that breaks a rule: `details.fields` names each field with a code and a sentence.',
    applies: ({ hasBody }) => hasBody,
  },
  429: {
    name: 'TooManyRequests',
    description: 'The rate limit is exceeded. Wait `Retry-After` seconds.',
    applies: ({ isKeyed, path }) => isKeyed || path.startsWith('/api/public'),
  },
  500: { name: 'InternalError', description: 'Something unexpected. Quote `details.requestId`.', applies: () => true },
  503: {
    name: 'Unavailable',
    description: 'The database does not answer. Retry after `Retry-After` seconds.',
    applies: ({ path }) => path !== '/healthz',
  },
}

interface Place {
  path: string
  method: string
  isKeyed: boolean
  hasBody: boolean
}

const sentences: Record<string, string> = {
  400: 'Invalid request',
  401: 'Invalid API key',
  403: 'This API key lacks the required scope',
  404: 'Not found',
  409: 'Changed since you last read it',
  413: 'The request body is larger than 64 KiB',
  422: 'Validation failed',
  429: 'Rate limit exceeded',
  500: 'Internal server error',
  503: 'Temporarily unavailable, please retry',
}

const header = (text: string, example: string) => ({ description: text, schema: { type: 'string' as const, example } })

const rateHeaders = {
  'X-RateLimit-Limit': header('Requests allowed in any span of one window.', '100'),
  'X-RateLimit-Remaining': header('Requests that would be admitted now.', '58'),
  'RateLimit-Policy': header('draft-ietf-httpapi-ratelimit-headers-11.', '"key";q=100;w=60'),
  RateLimit: header('Remaining requests; seconds until the oldest counted one leaves.', '"key";r=58;t=17'),
  'X-Request-Id': header('Quote it when you ask for help.', '6b3f3c0e-4f0a-4f55-9f0e-1a2b3c4d5e6f'),
}

const headerRefs = Object.fromEntries(
  Object.keys(rateHeaders).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
)

const requestHeaders = {
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header' as const,
    description: 'Up to 255 printable characters. The same key and body within 24 hours give the first result again.',
    schema: { type: 'string' as const, maxLength: 255 },
  },
  ifMatch: {
    name: 'If-Match',
    in: 'header' as const,
    description: 'The ETag you read: the change is refused with 409 if somebody else came first.',
    schema: { type: 'string' as const },
  },
  ifNoneMatch: {
    name: 'If-None-Match',
    in: 'header' as const,
    description: 'The ETag you hold: 304 if it is still the same.',
    schema: { type: 'string' as const },
  },
}

/** The OpenAPI 3.1 document of every route, made from the routes' own definitions. */
export function documentOf(app: OpenAPIHono<AppEnv>): Document {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Casework API',
      version: '1.0.0',
      description,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: '/' }],
  })
  const tags = new Set<string>()
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of ['get', 'post', 'patch', 'delete'] as const) {
      const operation = item[method]
      if (!operation) continue
      const tag = tagOf(path)
      tags.add(tag)
      operation.tags = [tag]
      complete(operation, path, method)
    }
  }
  return {
    ...document,
    tags: [...tags].map((name) => ({ name })),
    components: {
      ...document.components,
      headers: rateHeaders,
      parameters: requestHeaders,
      responses: Object.fromEntries(
        Object.entries(errors).map(([status, error]) => [error.name, errorResponse(status, error.description)]),
      ),
      schemas: { ...document.components?.schemas, Error: errorSchema },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: '`Authorization: Bearer sk_…`' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: '`X-API-Key: sk_…`' },
      },
    },
  }
}

const errorSchema = {
  type: 'object' as const,
  required: ['error'],
  additionalProperties: false,
  properties: {
    error: { type: 'string' as const, description: 'A sentence for a person.' },
    details: { type: 'object' as const, description: 'More, where there is more to say.', additionalProperties: true },
  },
}

function errorResponse(status: string, text: string) {
  return {
    description: text,
    ...(status === '429' && { headers: { 'Retry-After': header('Whole seconds to wait.', '34'), ...headerRefs } }),
    content: {
      'application/json': { schema: { $ref: '#/components/schemas/Error' }, example: { error: sentences[status] } },
    },
  }
}

/** Adds to an operation what all operations of its kind have: errors, headers and conditional requests. */
function complete(operation: Operation, path: string, method: string): void {
  const isKeyed = (operation.security?.length ?? 0) > 0
  const at: Place = { path, method, isKeyed, hasBody: operation.requestBody !== undefined }
  const responses = operation.responses ?? {}
  for (const [status, response] of Object.entries(responses)) {
    if (isKeyed) responses[status] = { ...response, headers: headerRefs }
  }
  for (const [status, { name, applies }] of Object.entries(errors)) {
    if (applies(at)) responses[status] ??= { $ref: `#/components/responses/${name}` }
  }
  operation.responses = responses
  const named = [
    method === 'post' && isKeyed && 'idempotencyKey',
    method === 'patch' && 'ifMatch',
    '304' in responses && 'ifNoneMatch',
  ].filter((name) => name !== false)
  if (named.length > 0) {
    const refs = named.map((name) => ({ $ref: `#/components/parameters/${name}` }))
    operation.parameters = [...(operation.parameters ?? []), ...refs]
  }
}

function tagOf(path: string): string {
  const [, first = '', second = ''] = path.split('/')
  return first === 'api' ? second : 'health'
}
