import { callerTable } from './gate/caller'
import { filled, inPieces, type Pieces, type Values } from './parameters'

/** SQL with its parameters. */
export interface BoundSql {
  readonly sql: string
  readonly params: unknown[]
  /** Present if it is a query that can be joined with its neighbours. */
  readonly read?: BoundRead | undefined
}

/** A query as a scalar expression that yields all of its rows as one text. */
export interface Read extends Pieces {
  /** True if it asks about the caller as an outer row (`outerCaller`), and not by subselects. */
  readonly isCorrelated?: boolean
  /** True if it asks about the caller at all. */
  readonly asksAboutCaller?: boolean
  /** True if without neighbours it costs less as it stands. */
  readonly isBetterAlone?: boolean
  /** The rows that its text holds, each as its values. */
  rowsOf(text: string): unknown[][]
}

interface BoundRead extends Read {
  readonly values: Values
}

/** SQL that stands alone: what asks about the caller brings them along. */
export function alone(query: Pieces): Pieces {
  if (!asksAboutCaller(query)) return query
  const parameters = [...theCaller.parameters, ...query.parameters]
  return inPieces(`with caller as materialized ${theCaller.pieces.join('?')} ${query.pieces.join('?')}`, parameters)
}

/** True if SQL asks about the caller. */
export const asksAboutCaller = ({ pieces }: Pieces) => pieces.some((piece) => /\bcaller\b/.test(piece))

/** A query whose text is a JSON array of rows, each of them an array. */
export function readOfRows({ pieces, parameters }: Pieces, columns: number): Read {
  const names = Array.from({ length: columns }, (_, index) => `c${index}`).join(', ')
  const scalar = `(with listed(${names}) as (${pieces.join('?')}) select json_group_array(json_array(${names})) from listed)`
  return { ...inPieces(scalar, parameters), rowsOf: (text) => JSON.parse(text) }
}

/** A statement as it is sent: one of a batch, or several queries in one. */
interface Sent {
  readonly sql: string
  readonly params: unknown[]
  /** The results of those it was made of. */
  resultsOf(result: D1Result): D1Result[]
}

/**
 * A batch as it is sent: queries that follow one another go as one statement of one row, read from the caller, with a text
 * for each. D1 charges time for every statement, row and column, and hardly any for the length of a text.
 */
export function joined(statements: readonly BoundSql[]): Sent[] {
  const sent: Sent[] = []
  let reads: BoundRead[] = []
  for (const [index, one] of statements.entries()) {
    const isLastRead = !statements[index + 1]?.read
    if (!one.read || (isLastRead && reads.length === 0 && one.read.isBetterAlone)) sent.push(asItStands(one))
    else {
      reads.push(one.read)
      if (isLastRead) {
        sent.push(oneStatement(reads))
        reads = []
      }
    }
  }
  return sent
}

const asItStands = ({ sql, params }: BoundSql): Sent => ({ sql, params, resultsOf: (result) => [result] })

const theCaller = inPieces(callerTable)

function oneStatement(reads: readonly BoundRead[]): Sent {
  const { values, numbered } = numbering()
  const columns = reads.map((read, index) => `${numbered(read, read.values)} as t${index}`)
  const askers = reads.filter((read) => read.asksAboutCaller)
  const [asker] = askers
  const caller = asker && numbered(theCaller, asker.values)
  const isOuterRow = askers.every(({ isCorrelated }) => isCorrelated)
  return {
    sql: [
      caller && !isOuterRow ? `with caller as materialized ${caller}` : '',
      `select ${columns.join(', ')}`,
      caller ? `from ${isOuterRow ? caller : ''} caller` : '',
    ].join(' '),
    params: values,
    resultsOf: ({ results: [row], ...rest }: D1Result<Record<string, string | null>>) =>
      reads.map(({ rowsOf }, index) => {
        const text = row?.[`t${index}`] ?? null
        return { ...rest, results: text === null ? [] : rowsOf(text) }
      }),
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
    /** SQL with its parameters numbered. */
    numbered({ pieces, parameters }: Pieces, given: Values): string {
      const params = filled(parameters, given)
      return pieces.reduce((sql, piece, i) => `${sql}?${placeOf(parameters[i - 1]?.name, params[i - 1])}${piece}`)
    },
  }
}
