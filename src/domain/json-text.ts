/** A JSON text of a value of type `T`. */
export type JsonText<T> = string & { readonly of?: T }

/** An object of a list, whose items are texts already, and other fields. */
export function listText<N extends string, T, R extends object>(
  name: N,
  items: readonly JsonText<T>[],
  others: R,
): JsonText<{ [Name in N]: T[] } & R> {
  return `{"${name}":[${items.join(',')}],${JSON.stringify(others).slice(1)}`
}
