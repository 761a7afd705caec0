import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../../app-env'
import { ApiError } from '../../errors'

/**
 * Lets changes through only from this site's own pages: by `Sec-Fetch-Site: same-origin` (Fetch Metadata), or, in a browser
 * that does not send it, by an `Origin` that is this one (RFC 6454). 403 otherwise.
 */
export function sameOrigin() {
  return createMiddleware<AppEnv>(async function sameOrigin(c, next) {
    const { method, url } = c.req
    const site = c.req.header('Sec-Fetch-Site')
    const isOurs = site === undefined ? c.req.header('Origin') === new URL(url).origin : site === 'same-origin'
    if (method !== 'GET' && method !== 'HEAD' && !isOurs) {
      throw new ApiError('forbidden', { message: 'The request does not come from a page of this site' })
    }
    await next()
  })
}
