/** The parts of a JSON Schema that this file reads. */
interface Schema {
  $ref?: string
  type?: string | string[]
  format?: string
  example?: unknown
  default?: unknown
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}

/** The document's named schemas. */
export type Schemas = Record<string, Schema>

/** Optional fields in an example: omitted from answers; in bodies only those with examples. */
export type Side = 'body' | 'answer'

/** A whole example of a schema, made of the examples that its fields give. */
export function exampleOf(schema: Schema, schemas: Schemas, side: Side): unknown {
  const [inner] = schema.anyOf ?? schema.oneOf ?? []
  const firstEnum = schema.enum?.includes(null) ? null : schema.enum?.[0]
  const given = [schema.example, schema.default, firstEnum].find((value) => value !== undefined)
  if (given !== undefined) return given
  if (schema.$ref) return exampleOf(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas, side)
  if (inner) return exampleOf(inner, schemas, side)
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => Object(exampleOf(part, schemas, side))))
  if (schema.items) return [exampleOf(schema.items, schemas, side)]
  if (schema.properties) return objectOf(schema, schemas, side)
  return plain[[schema.type].flat()[0] ?? '']
}

const plain: Record<string, unknown> = { string: 'text', integer: 1, number: 1.5, boolean: false, object: {} }

function objectOf({ properties = {}, required = [] }: Schema, schemas: Schemas, side: Side): unknown {
  // References are left out of bodies: an invented id would be refused.
  const isShown = ([name, { example }]: [string, Schema]) =>
    required.includes(name) || (side === 'body' && example !== undefined && !name.endsWith('Id'))
  const shown = Object.entries(properties).filter(isShown)
  return Object.fromEntries(shown.map(([name, property]) => [name, exampleOf(property, schemas, side)]))
}
