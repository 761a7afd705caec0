import type { OpenAPIHono } from '@hono/zod-openapi'
import { version } from '../../package.json'
import type { AppEnv } from '../app-env'
import { proxiable, resourceOf } from '../settings'
import { exampleOf, type Schemas, type Side } from './examples'
import { guide } from './guide'
import { headers, headersOfError, headersOfSuccess, refs } from './headers'
import { errorResponses, errorSchema, refusalsAt } from './refusals'
import { messageSchemas, webhookOperations } from './webhooks'

type Document = ReturnType<OpenAPIHono<AppEnv>['getOpenAPI31Document']>
type Operation = NonNullable<NonNullable<Document['paths']>[string]['get']>

const tagDescriptions: Record<string, string> = {
  audit: 'Who changed which id, how and when.',
  cases: 'Residents’ requests and the work done on them.',
  categories: 'The tenant’s kinds of case.',
  changes: 'What has changed, for keeping a copy in step.',
  disclosures: 'Who was given which resident’s data.',
  events: 'Surgeries, consultations and other dates.',
  health: 'Liveness and readiness. No key needed.',
  keys: 'Create, list, rotate and revoke API keys.',
  me: 'The caller behind the key.',
  news: 'News articles, drafts until approved.',
  public: 'The contact form and ward look-up. No key needed.',
  reports: 'Totals without personal data.',
  submissions: 'Messages from the contact form.',
  users: 'The tenant’s users.',
  wards: 'The areas that councillors represent.',
  webhooks: 'Where changes are sent to as they happen.',
}

const requestHeaders = {
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header' as const,
    description: 'Up to 255 printable characters. Within 24 hours the same key and body return the first result.',
    schema: { type: 'string' as const, maxLength: 255 },
    example: 'crm-10042-create',
  },
  ifMatch: {
    name: 'If-Match',
    in: 'header' as const,
    description: 'The ETag you last read, or several: 409 if none of them is current.',
    schema: { type: 'string' as const },
    example: '"3-9f86d081884c7d65"',
  },
  ifNoneMatch: {
    name: 'If-None-Match',
    in: 'header' as const,
    description: 'The ETag you last read, or several: 304 if one of them is still current.',
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
    webhooks: webhookOperations,
    tags: [...tags].map((name) => ({ name, description: tagDescriptions[name] ?? '' })),
    components: {
      ...document.components,
      headers,
      parameters: usedParameters(document),
      responses: errorResponses((status) => refs(headersOfError(status))),
      schemas: { ...document.components?.schemas, ...messageSchemas, Error: errorSchema },
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
  const isPublic = path.startsWith('/api/public/')
  const hasBody = operation.requestBody !== undefined
  const responses = operation.responses ?? {}
  if (isKeyed) operation.description = `${operation.description}\n\n${accessOf(operation)}`
  const isRead = '304' in responses
  const isReplayable = method === 'post' && (isKeyed || isPublic) && !isUnreplayable(path)
  const isVersioned =
    (method === 'patch' && hasVersion(operation.requestBody, schemas)) || deletesVersioned(path, method)
  const isListed = (operation.parameters ?? []).some((one) => 'name' in one && one.name === 'cursor')

  for (const [status, response] of Object.entries(responses)) {
    const media = response.content?.['application/json']?.schema
    const names = headersOfSuccess({
      ...{ isKeyed, isPublic, isReplayable },
      hasEtag: isRead || hasVersion(response, schemas),
      isMade: status === '201' && !isPublic && !path.endsWith('/notes'),
      isListed: isListed && (response.content?.['text/csv'] !== undefined || isArray(media)),
      isDownload: response.content?.['text/csv'] !== undefined,
    })
    responses[status] = { ...response, headers: { ...refs(names), ...response.headers } }
    addExamples(response.content, schemas, 'answer')
  }
  if (operation.requestBody && 'content' in operation.requestBody) {
    addExamples(operation.requestBody.content, schemas, 'body')
  }
  const isProxiable = proxiable.some((resource) => isKeyed && resource === resourceOf(path))
  const place = { path, method, isKeyed, isPublic, hasBody, isVersioned, isProxiable }
  operation.responses = { ...refusalsAt(place), ...responses }

  const named = [isReplayable && 'idempotencyKey', isVersioned && 'ifMatch', isRead && 'ifNoneMatch']
  const parameters = named.filter((name) => name !== false).map((name) => ({ $ref: `#/components/parameters/${name}` }))
  if (parameters.length > 0) operation.parameters = [...(operation.parameters ?? []), ...parameters]
}

const isArray = (media: object | undefined) => media !== undefined && 'type' in media && media.type === 'array'

/** The plan, scopes and role that an operation needs, in a sentence. */
function accessOf(operation: Operation): string {
  const extensions = operation as { 'x-required-plan'?: string; 'x-required-role'?: string | null }
  const ways = (operation.security ?? []).flatMap(({ bearer }) => (bearer ? [bearer] : []))
  const scopes = ways.map((needed) => needed.map((scope) => `\`${scope}\``).join(' and ')).filter(Boolean)
  const role = extensions['x-required-role']
  return [
    `**Plan** ${extensions['x-required-plan']} or higher`,
    scopes.length > 0 && `**scope** ${scopes.join(' or ')}`,
    role && `**role** ${role} or higher`,
  ]
    .filter(Boolean)
    .join(' · ')
}

/** Deletions that honour a version: events, news and webhooks. */
const deletesVersioned = (path: string, method: string) =>
  method === 'delete' && /^\/api\/(events|news|webhooks)\//.test(path)

/** Answers that show a key or a secret are never kept, so never replayed. */
const isUnreplayable = (path: string) => /^\/api\/(keys|webhooks$|webhooks\/.*\/rotate-secret$)/.test(path)

interface MediaTypes {
  [type: string]: { schema?: unknown; example?: unknown; examples?: unknown }
}

function addExamples(content: MediaTypes | undefined, schemas: Schemas, side: Side): void {
  for (const media of Object.values(content ?? {})) {
    if (media.schema && !media.examples) media.example ??= exampleOf(media.schema, schemas, side)
  }
}

/** True if a JSON body has a version field. */
function hasVersion(side: object | undefined, schemas: Schemas): boolean {
  const { content = {} } = (side ?? {}) as { content?: Record<string, { schema?: { $ref?: string } }> }
  const name = content['application/json']?.schema?.$ref?.split('/').at(-1)
  return schemas[name ?? '']?.properties?.version !== undefined
}

function tagOf(path: string): string {
  const [, first = '', second = ''] = path.split('/')
  return first === 'api' ? second : 'health'
}
