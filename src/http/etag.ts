import type { Context } from 'hono'
import { ApiError, invalidFields } from '../errors'
import { entityTagOf, matchesWeakly, parseEntityTags, versionsOf } from './entity-tags'

/** The entity tag (RFC 9110 §8.8.3) of a versioned thing: `"<version>-<hash of the body>"`. */
export function etagOf(body: unknown, version: number): Promise<string> {
  return entityTagOf(JSON.stringify(body), version)
}

/**
 * Sets the ETag of what is about to be answered.
 *
 * @returns whether the caller already has this very body, so that 304 says it all
 */
export async function isKnown(c: Context, body: unknown, version: number): Promise<boolean> {
  const etag = await etagOf(body, version)
  c.header('ETag', etag)
  const held = parseEntityTags(c.req.header('If-None-Match') ?? '')
  return held !== undefined && matchesWeakly(held, etag)
}

/** What no version is: nothing expected it, so it is out of date. */
const noVersion = 0

/**
 * The version that a change expects: of `If-Match`, else of the body; undefined lets the last write win. Of several that
 * `If-Match` names, the current one, if it is among them. Throws 400 for what is no list of entity tags.
 *
 * @param current what is to be changed, as it was read
 */
export function expectedVersion(
  c: Context,
  version: number | undefined,
  current: { version: number } | undefined,
): number | undefined {
  const header = c.req.header('If-Match')
  if (header === undefined) return version
  const held = parseEntityTags(header)
  if (held === '*') return version
  if (!held)
    throw invalidFields({ 'If-Match': { code: 'format', message: 'Must be an ETag, as a GET gives it' } }, true)
  const versions = versionsOf(held)
  return versions.find((one) => one === current?.version) ?? versions[0] ?? noVersion
}

/** Throws 409 with where things stand now, unless the expected version still holds. */
export function requireVersion(expected: number | undefined, current: { version: number; updatedAt: string }): void {
  if (expected === undefined || expected === current.version) return
  const { version, updatedAt } = current
  throw new ApiError('conflict', { details: { current: { version, updatedAt } } })
}
