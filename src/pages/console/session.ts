import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import type { AppEnv, Session } from '../../app-env'
import { ApiError } from '../../errors'
import { type Env, SettingsError, settingsOf } from '../../settings'
import { sealed, unsealed } from '../sealed'
import { cookie } from './cookie'

/** How long somebody stays signed in: eight hours, however busy they are. */
const longestMs = 8 * 3600 * 1000

const Sealed: z.ZodType<Session> = z.object({ id: z.string(), key: z.string(), until: z.number() })

const cookieName = 'casework'

/**
 * Signs in: seals the key in a cookie that only this server can open (`__Host-`, RFC 6265bis, section 4.1.3.2).
 *
 * @param until when the session ends, in milliseconds
 */
export async function openSession(
  c: Context<AppEnv>,
  key: string,
  until: number = Date.now() + longestMs,
): Promise<Session> {
  const session: Session = { id: crypto.randomUUID(), key, until }
  const maxAge = Math.floor((until - Date.now()) / 1000)
  setCookie(c, cookieName, await sealed(session, secretOf(c.env)), { ...cookie, maxAge })
  return session
}

/** Signs out. */
export function closeSession(c: Context<AppEnv>): void {
  deleteCookie(c, cookieName, cookie)
}

/** The session of a request; undefined if there is none, it is over, or its cookie was not made here. */
export async function sessionOf(c: Context<AppEnv>, now = Date.now()): Promise<Session | undefined> {
  const text = getCookie(c, cookieName, 'host')
  const { success, data } = Sealed.safeParse(text && (await unsealed(text, secretOf(c.env))))
  return success && now < data.until ? data : undefined
}

/** What sessions and tickets are sealed under. Throws 503 without it: the console is closed. */
export function secretOf(env: Env): string {
  const { consoleSecret } = settingsOf(env)
  if (consoleSecret) return consoleSecret
  const message = 'The console is not set up on this gateway: its operator has to set CONSOLE_SECRET'
  const cause = new SettingsError('Invalid settings: CONSOLE_SECRET is needed by the console')
  throw new ApiError('unavailable', { message, headers: { 'Retry-After': '3600' }, cause })
}
