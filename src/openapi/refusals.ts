/** Properties of an operation that determine its refusals. */
export interface Place {
  path: string
  method: string
  isKeyed: boolean
  /** Without a key, and counted by address. */
  isPublic: boolean
  hasBody: boolean
  /** Honours `If-Match`. */
  isVersioned: boolean
  /** Can be proxied to an origin. */
  isProxiable: boolean
}

interface Refusal {
  name: string
  description: string
  example: Example
  applies: (at: Place) => boolean
}

interface Example {
  error: string
  details?: Record<string, unknown>
}

const fieldsExample = (code: string, message: string) => ({ fields: { summary: { code, message } } })

/** Error statuses of operations, and when each applies. */
const refusals: Record<string, Refusal> = {
  400: {
    name: 'BadRequest',
    description: 'Malformed JSON, a missing field, a wrong type, or an unknown or invalid query parameter.',
    example: { error: 'Invalid request', details: fieldsExample('required', 'Required') },
    applies: ({ isKeyed, isPublic }) => isKeyed || isPublic,
  },
  401: {
    name: 'Unauthorized',
    description: 'No key, or one that is invalid, expired or revoked: always the same answer.',
    example: { error: 'Invalid API key' },
    applies: ({ isKeyed, isPublic }) => isKeyed || isPublic,
  },
  403: {
    name: 'Forbidden',
    description:
      'The role is too low, the scope is missing, or the plan lacks the feature; for key management, also when the ' +
      'key has been replaced by its successor.',
    example: { error: 'This API key lacks the required scope', details: { requiredScope: 'cases:write' } },
    applies: ({ isKeyed }) => isKeyed,
  },
  404: {
    name: 'NotFound',
    description: 'Does not exist, belongs to another tenant, or is not visible to this caller.',
    example: { error: 'Not found' },
    applies: ({ path }) => path.includes('{'),
  },
  405: {
    name: 'MethodNotAllowed',
    description:
      'From a server behind the gateway: the path does not support this method. `Allow` lists those it does.',
    example: { error: 'Method not allowed' },
    applies: ({ isProxiable }) => isProxiable,
  },
  409: {
    name: 'Conflict',
    description:
      'Changed since you last read it, or a duplicate; for keys, the tenant’s limit of keys is reached or the family has ended.',
    example: {
      error: 'Changed since you last read it',
      details: { current: { version: 4, updatedAt: '2026-03-01T09:00:00.000Z' } },
    },
    applies: ({ isKeyed, method, isVersioned }) =>
      isVersioned || (isKeyed && (method === 'post' || method === 'patch')),
  },
  413: {
    name: 'TooLarge',
    description: 'The body is larger than 256 KiB.',
    example: { error: 'The request body is larger than 256 KiB' },
    // A POST's body is read even where nothing is asked of it.
    applies: ({ hasBody, isKeyed, method }) => hasBody || (isKeyed && method === 'post'),
  },
  422: {
    name: 'Unprocessable',
    description:
      'Valid JSON that breaks a rule: `details.fields` names each field with a code and a message, at most 50.',
    example: { error: 'Validation failed', details: fieldsExample('too_long', 'Must be at most 255 characters') },
    applies: ({ hasBody, isKeyed, method }) => hasBody || (isKeyed && method === 'post'),
  },
  429: {
    name: 'TooManyRequests',
    description: 'The rate limit is exceeded. Wait `Retry-After` seconds.',
    example: { error: 'Rate limit exceeded' },
    applies: ({ isKeyed, isPublic }) => isKeyed || isPublic,
  },
  500: {
    name: 'InternalError',
    description: 'An unexpected error. Quote `details.requestId`.',
    example: { error: 'Internal server error', details: { requestId: '6b3f3c0e-4f0a-4f55-9f0e-1a2b3c4d5e6f' } },
    applies: () => true,
  },
  502: {
    name: 'BadGateway',
    description: 'A server behind the gateway returned an invalid response.',
    example: { error: 'The upstream server returned an invalid response' },
    applies: ({ isProxiable }) => isProxiable,
  },
  503: {
    name: 'Unavailable',
    description: 'The database is not responding. Retry after `Retry-After` seconds.',
    example: { error: 'Temporarily unavailable, please retry' },
    applies: ({ path }) => path !== '/healthz',
  },
  504: {
    name: 'GatewayTimeout',
    description: 'A server behind the gateway took too long to respond.',
    example: { error: 'The upstream server took too long to respond' },
    applies: ({ isProxiable }) => isProxiable,
  },
}

/** References to the refusals that an operation can answer with, by status. */
export function refusalsAt(place: Place): Record<string, { $ref: string }> {
  const applying = Object.entries(refusals).filter(([, { applies }]) => applies(place))
  return Object.fromEntries(applying.map(([status, { name }]) => [status, { $ref: `#/components/responses/${name}` }]))
}

/** The one shape of every error. */
export const errorSchema = {
  type: 'object' as const,
  required: ['error'],
  additionalProperties: false,
  properties: {
    error: { type: 'string' as const, description: 'A message for people.' },
    details: { type: 'object' as const, description: 'Further details, if any.', additionalProperties: true },
  },
}

/**
 * Every refusal as a shared response.
 *
 * @param headersOf references to the headers that come with a status
 */
export function errorResponses(headersOf: (status: string) => Record<string, { $ref: string }>) {
  return Object.fromEntries(
    Object.entries(refusals).map(([status, { name, description, example }]) => {
      const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' }, example } }
      return [name, { description, headers: headersOf(status), content }]
    }),
  )
}
