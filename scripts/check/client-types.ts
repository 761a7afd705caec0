import { readFile, writeFile } from 'node:fs/promises'
import { compile, type JSONSchema } from 'json-schema-to-typescript'
import { app } from '../../src/app'
import { documentOf } from '../../src/openapi/document'
import { reportFault, UsageError } from '../operator/fault'

const file = new URL('../../client/src/generated/api.ts', import.meta.url)

const banner =
  '// GENERATED from /openapi.json by `npm run client:types`. DO NOT EDIT: change the schemas in src/routes and run it.\n\n'

/** The types of every body, answer and query of the API, from its own document. */
async function typesOfTheApi(): Promise<string> {
  const document = JSON.parse(JSON.stringify(documentOf(app)))
  const definitions: Record<string, JSONSchema> = { ...document.components.schemas }
  for (const item of Object.values<Record<string, Operation>>(document.paths)) {
    for (const operation of Object.values(item)) {
      const query = queryOf(operation)
      if (query) definitions[`${capitalised(operation.operationId)}Query`] = query
    }
  }
  definitions.WebhookMessage = {
    oneOf: Object.values<Webhook>(document.webhooks).map(
      ({ post }) => post.requestBody.content['application/json'].schema,
    ),
  }
  const text = JSON.stringify({ type: 'object', definitions }).replaceAll('#/components/schemas/', '#/definitions/')
  const all = await compile(JSON.parse(text), 'Everything', {
    additionalProperties: false,
    bannerComment: '',
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
    style: { semi: false, singleQuote: true, printWidth: 120 },
  })
  return (
    banner +
    withUndefined(all)
      .replace(/export interface Everything \{\}\n/, '')
      .replaceAll(/\/\*\*\n \* This interface was referenced by[^/]*\*\/\n/g, '')
      .replaceAll(/ \*\n \* This interface was referenced by .*\n \* via the .*\n/g, '')
  )
}

interface Operation {
  operationId: string
  parameters?: { in?: string; name: string; required?: boolean; description?: string; schema: JSONSchema }[]
}

interface Webhook {
  post: { requestBody: { content: { 'application/json': { schema: JSONSchema } } } }
}

function queryOf({ operationId, parameters = [] }: Operation): JSONSchema | undefined {
  const inQuery = parameters.filter((parameter) => parameter.in === 'query')
  if (inQuery.length === 0) return
  return {
    type: 'object',
    additionalProperties: false,
    required: inQuery.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(
      inQuery.map(({ name, description, schema }) => [name, { ...typed(operationId, name, schema), description }]),
    ),
  }
}

/** Flags are text in a query and booleans to a programmer; a list of statuses or events is an array. */
function typed(operationId: string, name: string, schema: JSONSchema): JSONSchema {
  if (JSON.stringify(schema.enum) === '["true","false"]') return { type: 'boolean' }
  if (name === 'types') return { tsType: "Change['event'] | readonly Change['event'][]" }
  const isList = name === 'status' && ['listCases', 'exportCases'].includes(operationId)
  return isList ? { tsType: "Case['status'] | readonly Case['status'][]" } : schema
}

/** Text of types in which what may be left out may be undefined as well, also under `exactOptionalPropertyTypes`. */
const withUndefined = (types: string) =>
  types
    .replaceAll(/^( +\w+\?: .*[^({])$/gm, '$1 | undefined')
    .replaceAll(/^( +\w+\?:) (?=.*[({]$)/gm, '$1 undefined | ')
    .replaceAll(/^( +\w+\?:)\n( +)\| /gm, '$1\n$2| undefined\n$2| ')

const capitalised = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)

const made = await typesOfTheApi()
if (process.argv.includes('--check')) {
  const kept = await readFile(file, 'utf8')
  if (kept !== made) reportFault(new UsageError('client/src/generated/api.ts is out of date: npm run client:types'))
} else {
  await writeFile(file, made)
}
