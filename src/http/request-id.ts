import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../app-env'

/**
 * Ids of tracing systems: letters, digits and the punctuation of UUIDs, URNs, GUIDs in braces, Request-Ids
 * and X-Ray's ids. Nothing that would end a string, a tag or a list.
 */
const sane = /^[\w.:;=+/|@~!*$#(){}[\]-]{1,255}$/

/** Somebody's key in the wrong header: it would get into every log on the way. */
const holdsKey = /sk_/i

/** Gives every request an id, which its answer carries: the caller's own where it is sane, else a new UUID. */
export function requestId() {
  return createMiddleware<AppEnv>(async function requestId(c, next) {
    const sent = c.req.header('X-Request-Id') ?? ''
    const id = sane.test(sent) && !holdsKey.test(sent) ? sent : crypto.randomUUID()
    c.set('requestId', id)
    await next()
  })
}
