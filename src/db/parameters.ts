import { is, Param, Placeholder, type SQL } from 'drizzle-orm'
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'

/** Placeholder values by name. */
export type Values = Record<string, unknown>

/** One parameter of a statement. */
export interface Parameter {
  /** The placeholder's name; undefined where the value is fixed, or is converted for its column. */
  readonly name: string | undefined
  value(values: Values): unknown
}

/** SQL between its parameters, and the parameters: what each of them is, decided once rather than whenever they are filled. */
export interface Pieces {
  readonly pieces: readonly string[]
  readonly parameters: readonly Parameter[]
}

const dialect = new SQLiteSyncDialect()

/** Strings and quoted names, in which a question mark is one, and parameters. */
const quotedOrParameter = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\?/g

const separator = '\0'

/** SQL in pieces. */
export function inPieces(sql: SQL): Pieces
export function inPieces(sql: string, parameters: readonly Parameter[]): Pieces
export function inPieces(text: SQL | string, given: readonly Parameter[] = []): Pieces {
  if (typeof text === 'string') {
    const marked = text.replaceAll(quotedOrParameter, (token) => (token === '?' ? separator : token))
    return { pieces: marked.split(separator), parameters: given }
  }
  const { sql, params } = dialect.sqlToQuery(text)
  return inPieces(sql, parametersOf(params))
}

/** The parameters of a drizzle query. */
export const parametersOf = (params: readonly unknown[]): Parameter[] => params.map(parameterOf)

function parameterOf(param: unknown): Parameter {
  if (is(param, Placeholder)) {
    const { name } = param
    return { name, value: (values) => givenValue(values, name) }
  }
  if (is(param, Param) && is(param.value, Placeholder)) {
    const { encoder } = param
    const { name } = param.value
    return { name: undefined, value: (values) => encoder.mapToDriverValue(givenValue(values, name)) }
  }
  return { name: undefined, value: () => param }
}

function givenValue(values: Values, name: string): unknown {
  if (!(name in values)) throw new Error(`No value for placeholder "${name}" was provided`)
  return values[name]
}

/** SQL with its parameters numbered (`?1`, `?2`, …), each name once: whatever is bound costs time, and D1 takes 100 of them. */
export function numbered({ pieces, parameters }: Pieces): { sql: string; parameters: readonly Parameter[] } {
  const bound: Parameter[] = []
  const placeOf = (parameter: Parameter) => {
    const known = bound.findIndex(({ name }) => name !== undefined && name === parameter.name)
    return known < 0 ? bound.push(parameter) : known + 1
  }
  const places = parameters.map(placeOf)
  return { sql: pieces.reduce((sql, piece, i) => `${sql}?${places[i - 1]}${piece}`), parameters: bound }
}

/** Values of the parameters, in order. */
export const filled = (parameters: readonly Parameter[], values: Values): unknown[] =>
  parameters.map((one) => one.value(values))
