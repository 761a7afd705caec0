import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../app-env'
import { keyOf } from './credentials'
import { openPublicTrip, type PublicTrip } from './public-trip'
import { rateLimitHeaders, type Standing } from './standing'

/**
 * Opens a public route to everybody, five times an hour per address: puts a `PublicTrip` in the context, which the
 * handler asks for its rows. A request with a key is under the key's limit instead.
 */
export function open() {
  return createMiddleware<AppEnv>(async function open(c, next) {
    const key = keyOf(c.req.raw.headers)
    c.set('publicTrip', tripFor(c, key))
    await next()
    const { standing } = c.var.publicTrip
    if (standing && isTold(standing, c.res.status)) {
      for (const [name, value] of Object.entries(rateLimitHeaders(standing))) c.header(name, value)
    }
    c.header('Cache-Control', 'no-store')
  })
}

/** Callers with a key are always told where they stand, others when they are refused. */
const isTold = ({ policy }: Standing, status: number) => policy === 'key' || status === 429

function tripFor(c: Context<AppEnv>, key: string | undefined): PublicTrip {
  const { env, var: variables, req } = c
  return openPublicTrip({ env, meter: variables.meter, headers: req.raw.headers, key, slug: req.param('tenant') ?? '' })
}
