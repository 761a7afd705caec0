import { Hono } from 'hono'
import type { AppEnv } from '../app-env'
import { ApiError } from '../errors'
import { settingsOf } from '../settings'

/** RFC 9116 recommends less than a year; the answer says what is true on the day it is given. */
const validForDays = 90

const dayMs = 86_400_000

/** `/.well-known/security.txt` (RFC 9116): where to report a vulnerability. 404 unless `SECURITY_CONTACT` is set. */
export const securityTxt = new Hono<AppEnv>().get('/.well-known/security.txt', (c) => {
  const { securityContact } = settingsOf(c.env)
  if (!securityContact) throw new ApiError('not_found')
  const today = Math.floor(Date.now() / dayMs) * dayMs
  return c.text(
    [
      `Contact: ${securityContact}`,
      `Expires: ${new Date(today + validForDays * dayMs).toISOString()}`,
      'Preferred-Languages: en',
      // The RFC wants https, which a local server does not have.
      `Canonical: https://${new URL(c.req.url).host}/.well-known/security.txt`,
      '',
    ].join('\n'),
  )
})
