import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../../app-env'
import { ApiError } from '../../errors'
import { sessionOf } from './session'

/** Lets those through who are signed in. Throws 401 otherwise; whether their key still works, the gate says. */
export function signedIn() {
  return createMiddleware<AppEnv>(async function signedIn(c, next) {
    const session = await sessionOf(c)
    if (!session) throw new ApiError('key_required')
    c.set('session', session)
    await next()
  })
}
