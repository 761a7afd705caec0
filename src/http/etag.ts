import type { Context } from 'hono'
import { sha256Hex } from '../domain/hash'
import { ApiError, invalidFields } from '../errors'

/** The entity tag (RFC 9110 §8.8.3) of a versioned thing: `"<version>-<hash of the body>"`. */
async function etagOf(body: unknown, version: number): Promise<string> {
  const hash = await sha256Hex(JSON.stringify(body))
  return `"${version}-${hash.slice(0, 16)}"`
}

/**
 * Sets the ETag of what is about to be answered.
 *
 * @returns whether the caller already has this very body, so that 304 says it all
 */
export async function isKnown(c: Context, body: unknown, version: number): Promise<boolean> {
  const etag = await etagOf(body, version)
  c.header('ETag', etag)
  const held = c.req.header('If-None-Match')
  return held?.split(',').some((one) => [etag, `W/${etag}`, '*'].includes(one.trim())) ?? false
}

/** The version that a change expects: of `If-Match`, else of the body; undefined lets the last write win. */
export function expectedVersion(c: Context, version: number | undefined): number | undefined {
  const held = c.req.header('If-Match')?.trim()
  if (held === undefined || held === '*') return version
  const match = /^(?:W\/)?"(\d+)(?:-[^"]*)?"$/.exec(held)
  if (match) return Number(match[1])
  throw invalidFields({ 'If-Match': { code: 'format', message: 'Must be an ETag, as a GET gives it' } }, true)
}

/** Throws 409 with where things stand now, unless the expected version still holds. */
export function requireVersion(expected: number | undefined, current: { version: number; updatedAt: string }): void {
  if (expected === undefined || expected === current.version) return
  const { version, updatedAt } = current
  throw new ApiError('conflict', { details: { current: { version, updatedAt } } })
}
