import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../app-env'
import { sha256Hex } from '../domain/hash'
import { ApiError, invalidFields } from '../errors'

/** The `ETag` header (RFC 9110 §8.8.3) of a versioned thing: `"<version>-<hash of the body>"`. */
export async function etag(body: { readonly version: number }): Promise<{ ETag: string }> {
  const hash = await sha256Hex(JSON.stringify(body))
  return { ETag: `"${body.version}-${hash.slice(0, 16)}"` }
}

/** Answers 304 to a GET or HEAD whose `If-None-Match` matches the `ETag` of its answer (RFC 9110 §13.1.2). */
export function notModified() {
  return createMiddleware<AppEnv>(async function notModified(c, next) {
    await next()
    const tag = c.res.headers.get('ETag')
    const ifNoneMatch = c.req.header('If-None-Match')
    const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
    if (!isRead || c.res.status !== 200 || tag === null || ifNoneMatch === undefined) return
    if (!ifNoneMatch.split(',').some((one) => [tag, `W/${tag}`, '*'].includes(one.trim()))) return
    const headers = new Headers(c.res.headers)
    headers.delete('Content-Type')
    c.res = new Response(null, { status: 304, headers })
  })
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
