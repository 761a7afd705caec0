import { type Schema, Validator } from '@cfworker/json-schema'
import { expect } from 'vitest'
import { z } from 'zod'
import { app } from '../../src/app'
import { documentOf } from '../../src/openapi/document'

const document = documentOf(app)

/** What is of the connection, or for browsers alone, and no part of what an API's answer says. */
const unsaid =
  /^(content-(type|length)|server-timing|vary|access-control-.*|strict-transport-security|x-content-type-options|x-frame-options|referrer-policy|cross-origin-.*|origin-agent-cluster|x-(dns|download|permitted|xss).*)$/

const Answer = z.object({
  headers: z.record(z.string(), z.unknown()).default({}),
  content: z.record(z.string(), z.looseObject({ schema: z.record(z.string(), z.unknown()) })).optional(),
})
const Ref = z.object({ $ref: z.string() })

/** An operation's answer of a status as the document has it; fails where it has none. */
export function documented(method: string, path: string, status: number): z.infer<typeof Answer> {
  const operations = z.record(z.string(), z.looseObject({ responses: z.record(z.string(), z.unknown()) }))
  const declared = operations.parse(document.paths?.[path])[method.toLowerCase()]?.responses[status]
  expect(declared, `${method} ${path} answered ${status}, which the document does not have`).toBeDefined()
  const { success, data } = Ref.safeParse(declared)
  if (!success) return Answer.parse(declared)
  const name = data.$ref.split('/').at(-1) ?? ''
  return Answer.parse(document.components?.responses?.[name])
}

const templates = Object.keys(document.paths ?? {}).map((template) => ({
  template,
  pattern: new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '([^/]+)')}$`),
}))

/** The document's path for a request's, as the router reads it; undefined where it has no such operation. */
export function operationAt(method: string, pathname: string): string | undefined {
  const found = templates.filter(({ pattern }) => pattern.test(decoded(pathname)))
  const own = found.filter(({ template }) => document.paths?.[template]?.[method.toLowerCase() as 'get'])
  return own.sort((a, b) => a.template.split('{').length - b.template.split('{').length)[0]?.template
}

/** A path without the escapes that it needs not have. */
function decoded(pathname: string): string {
  try {
    return decodeURI(pathname.replaceAll('%25', '%2525'))
  } catch {
    return pathname
  }
}

/** Asserts that an answer's status, headers and body are as the document says of its operation. */
export async function expectDocumented(method: string, path: string, response: Response): Promise<void> {
  const { headers, content } = documented(method, path, response.status)
  const what = `${method} ${path} ${response.status}`
  const known = Object.keys(headers).map((name) => name.toLowerCase())
  const undeclared = [...response.headers.keys()].filter((name) => !unsaid.test(name) && !known.includes(name))
  expect(undeclared, what).toEqual([])
  const text = await response.text()
  const type = response.headers.get('Content-Type')?.split(';')[0] ?? ''
  expect(Object.keys(content ?? { '': 0 }), what).toContain(type)
  if (type !== 'application/json') return
  const validator = validatorOf(what, content?.[type]?.schema)
  expect(validator.validate(JSON.parse(text)).errors, `${what}: ${text}`).toEqual([])
}

const validators = new Map<string, Validator>()

/** The validator of a schema, made once: it walks through the whole document. */
function validatorOf(name: string, schema: object | undefined): Validator {
  // The document's schemas are JSON Schemas of 2020-12, as OpenAPI 3.1 has them.
  const made =
    validators.get(name) ?? new Validator({ ...schema, components: document.components } as Schema, '2020-12')
  validators.set(name, made)
  return made
}
