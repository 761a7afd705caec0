import type { Context, TypedResponse } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { JsonText } from '../domain/json-text'

/** Answers with a JSON text as it is: the document's schema is held against what it holds when types are checked. */
export function answerText<T, S extends ContentfulStatusCode>(
  c: Context,
  text: JsonText<T>,
  status: S,
  headers?: Record<string, string>,
): Response & TypedResponse<T, S, 'json'> {
  // Typed as `c.json` types the answer to a value.
  const response: Response = c.body(text, status, { ...headers, 'Content-Type': 'application/json' })
  return response as Response & TypedResponse<T, S, 'json'>
}
