import type { Statement } from './query'

/**
 * A query of many shapes, built when it is bound and kept for the next of its shape, since building costs more than
 * running. Kept only once the caller is admitted (`BoundStatement.keep`), so that nobody else can push a shape out. The shapes are
 * few in use and many in theory: of more than `most`, the one that has not been used for longest goes.
 */
export function memoised<A, T>(
  shapeOf: (asked: A) => string,
  make: (asked: A) => Statement<T>,
  most = 500,
): (asked: A) => Statement<T> {
  const built = new Map<string, Statement<T>>()
  return (asked) => ({
    bind: (values) => {
      const shape = shapeOf(asked)
      const made = built.get(shape) ?? make(asked)
      const keep = () => {
        built.delete(shape)
        const [longestUnused] = built.keys()
        if (built.size >= most && longestUnused !== undefined) built.delete(longestUnused)
        built.set(shape, made)
      }
      return { ...made.bind(values), keep }
    },
  })
}

/** Names of an object's defined fields, as the shape of a query. */
export const givenNames = (asked: object): string =>
  Object.entries(asked)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name)
    .join(' ')
