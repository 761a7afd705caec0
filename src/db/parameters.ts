import { is, Param, Placeholder } from 'drizzle-orm'

/** Placeholder values by name. */
export type Values = Record<string, unknown>

/** One parameter of a prepared statement. */
export interface Parameter {
  /** The placeholder's name; undefined where the value is fixed, or is converted for its column. */
  readonly name: string | undefined
  value(values: Values): unknown
}

/** The parameters of a prepared query: what each of them is, decided once rather than whenever they are filled. */
export const parametersOf = (params: readonly unknown[]): Parameter[] => params.map(parameterOf)

function parameterOf(param: unknown): Parameter {
  if (is(param, Placeholder)) {
    const { name } = param
    return { name, value: (values) => valueOf(values, name) }
  }
  if (is(param, Param) && is(param.value, Placeholder)) {
    const { encoder } = param
    const { name } = param.value
    return { name: undefined, value: (values) => encoder.mapToDriverValue(valueOf(values, name)) }
  }
  return { name: undefined, value: () => param }
}

function valueOf(values: Values, name: string): unknown {
  if (!(name in values)) throw new Error(`No value for placeholder "${name}" was provided`)
  return values[name]
}

/** Values of the parameters, in order. */
export const filled = (parameters: readonly Parameter[], values: Values): unknown[] =>
  parameters.map((one) => one.value(values))
