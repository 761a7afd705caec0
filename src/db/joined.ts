import type { Parameter } from './parameters'

/** SQL with its parameters. */
export interface BoundSql {
  readonly sql: string
  readonly params: unknown[]
  /** Present if it is a query that can be joined with its neighbours. */
  readonly read?: Read | undefined
}

/** A query as a scalar subquery that yields all of its rows as one text. */
export interface Read {
  /** Its SQL between the parameters. */
  readonly pieces: readonly string[]
  readonly parameters: readonly Parameter[]
  /** The rows that its text holds, each as its values. */
  rowsOf(text: string | null): unknown[][]
}

/** A query whose text is a JSON array of rows, each of them an array. */
export function readOfRows(sql: string, parameters: readonly Parameter[], columns: number): Read {
  const names = Array.from({ length: columns }, (_, index) => `c${index}`).join(', ')
  const scalar = `(with listed(${names}) as (${sql}) select json_group_array(json_array(${names})) from listed)`
  return { pieces: scalar.split('?'), parameters, rowsOf: (text) => (text === null ? [] : JSON.parse(text)) }
}

/** A query of one column of JSON texts, whose text has each of them on a line of its own: JSON needs no line breaks. */
export function readOfTexts(sql: string, parameters: readonly Parameter[]): Read {
  const scalar = `(with listed(line) as (${sql}) select group_concat(line, char(10)) from listed)`
  const rowsOf = (text: string | null) => (text === null ? [] : text.split('\n').map((line) => [line]))
  return { pieces: scalar.split('?'), parameters, rowsOf }
}

/** A statement as it is sent: one of a batch, or several queries in one. */
interface Sent {
  readonly sql: string
  readonly params: unknown[]
  /** The results of those it was made of. */
  resultsOf(result: D1Result): D1Result[]
}

/**
 * A batch as it is sent: queries that follow one another go as one statement of one row, with a text for each. D1 charges
 * time for every statement, row and column, and hardly any for the length of a text.
 */
export function joined(statements: readonly BoundSql[]): Sent[] {
  const sent: Sent[] = []
  let reads: BoundRead[] = []
  const flush = () => {
    if (reads.length > 0) sent.push(oneStatement(reads))
    reads = []
  }
  for (const { sql, params, read } of statements) {
    if (read) reads.push({ params, read })
    else {
      flush()
      sent.push({ sql, params, resultsOf: (result) => [result] })
    }
  }
  flush()
  return sent
}

/** A query with its parameters' values. */
interface BoundRead {
  readonly read: Read
  readonly params: readonly unknown[]
}

function oneStatement(reads: readonly BoundRead[]): Sent {
  const numbers = numbering()
  const columns = reads.map(({ read, params }, index) => `${numbers.inserted(read, params)} as t${index}`)
  return {
    sql: `select ${columns.join(', ')}`,
    params: numbers.values,
    resultsOf: ({ results: [row], ...rest }: D1Result<Record<string, string | null>>) =>
      reads.map(({ read }, index) => ({ ...rest, results: read.rowsOf(row?.[`t${index}`] ?? null) })),
  }
}

/** Numbers parameters (`?1`, `?2`, …): one value of one name is bound once, since D1 takes 100 in a statement. */
function numbering() {
  const values: unknown[] = []
  const places = new Map<string, number>()

  const placeOf = (name: string | undefined, value: unknown): number => {
    const known = name === undefined ? undefined : places.get(name)
    if (known !== undefined && values[known - 1] === value) return known
    const place = values.push(value)
    if (name !== undefined) places.set(name, place)
    return place
  }

  return {
    values,
    /** A query's SQL with its parameters numbered. */
    inserted({ pieces, parameters }: Read, params: readonly unknown[]): string {
      return pieces.reduce((sql, piece, i) => `${sql}?${placeOf(parameters[i - 1]?.name, params[i - 1])}${piece}`)
    },
  }
}
