import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../app-env'
import type { JsonText } from '../domain/json-text'
import { ApiError, invalidFields } from '../errors'
import { entityTagOf, matchesWeakly, parseEntityTags, versionsOf } from './entity-tags'

/** The `ETag` header (RFC 9110 §8.8.3) of a versioned thing: `"<version>-<hash of the body>"`. */
export function etag(body: { readonly version: number }): Promise<{ ETag: string }> {
  return etagOfText(JSON.stringify(body))
}

/** The same of a body that is a text already. */
export async function etagOfText(body: JsonText<{ version: number }>): Promise<{ ETag: string }> {
  const ETag = await entityTagOf(body)
  if (ETag === undefined) throw new Error('A body with an ETag has a version')
  return { ETag }
}

/** Answers 304 to a GET or HEAD whose `If-None-Match` matches the `ETag` of its answer (RFC 9110 §13.1.2). */
export function notModified() {
  return createMiddleware<AppEnv>(async function notModified(c, next) {
    await next()
    const ifNoneMatch = c.req.header('If-None-Match')
    const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
    if (!isRead || ifNoneMatch === undefined || c.res.status !== 200) return
    const tag = c.res.headers.get('ETag')
    if (tag === null) return
    const known = parseEntityTags(ifNoneMatch)
    if (known === undefined || !matchesWeakly(known, tag)) return
    const headers = new Headers(c.res.headers)
    headers.delete('Content-Type')
    c.res = new Response(null, { status: 304, headers })
  })
}

/** Not a valid version number: never current, so always stale. */
const noVersion = 0

/**
 * The version that a change expects: of `If-Match`, else of the body; undefined lets the last write win. Of several that
 * `If-Match` names, the current one, if it is among them. Throws 400 for what is no list of entity tags.
 *
 * @param current the row as read
 */
export function expectedVersion(
  c: Context,
  version: number | undefined,
  current: { version: number } | undefined,
): number | undefined {
  const header = c.req.header('If-Match')
  if (header === undefined) return version
  const tags = parseEntityTags(header)
  if (tags === '*') return version
  if (!tags)
    throw invalidFields({ 'If-Match': { code: 'format', message: 'Must be an ETag from a GET response' } }, true)
  const versions = versionsOf(tags)
  return versions.find((one) => one === current?.version) ?? versions[0] ?? noVersion
}

/** Throws 409 with where things stand now, unless the expected version still holds. */
export function requireVersion(expected: number | undefined, current: { version: number; updatedAt: string }): void {
  if (expected === undefined || expected === current.version) return
  const { version, updatedAt } = current
  throw new ApiError('conflict', { details: { current: { version, updatedAt } } })
}
