import { sign, verify } from 'hono/jwt'
import { z } from 'zod'
import { replayForMs } from '../../db/idempotency'
import { type Env, publicSecretOf } from '../../settings'

/**
 * As long as spent tickets are remembered, 24 hours: more than the 20 up to which a page must let its reader extend a
 * time limit (WCAG 2.2, success criterion 2.2.1).
 */
const lifeSeconds = replayForMs / 1000

/** One-time ticket, so that a form sent twice is stored once. */
export interface Ticket {
  /** Unguessable: the confirmation's address. */
  readonly id: string
  /** Time when the form was first opened, ISO 8601. */
  readonly openedAt: string
  readonly isExpired: boolean
}

const Claims = z.object({ jti: z.string(), opened: z.number(), exp: z.number() })

const alg = 'HS256'

/**
 * A one-time ticket for a tenant's form: a JSON Web Token (RFC 7519) that the form brings back.
 *
 * @param openedAt ISO 8601: where the form takes the place of one that was opened earlier
 */
export function issueTicket(env: Env, slug: string, openedAt?: string, now = Date.now()): Promise<string> {
  const iat = Math.floor(now / 1000)
  const opened = openedAt === undefined ? iat : Date.parse(openedAt) / 1000
  return sign({ aud: slug, jti: crypto.randomUUID(), opened, iat, exp: iat + lifeSeconds }, publicSecretOf(env), alg)
}

/** The ticket of a submitted form, or undefined if it was not issued here for this tenant. */
export async function readTicket(env: Env, slug: string, text: string, now = Date.now()): Promise<Ticket | undefined> {
  const secret = publicSecretOf(env)
  // Expiry is distinguished, since an expired form keeps its answers; and edge clocks differ, so `iat` decides nothing.
  const claims = await verify(text, secret, { alg, aud: slug, iat: false, exp: false }).catch(() => undefined)
  const { success, data } = Claims.safeParse(claims)
  if (!success) return
  return { id: data.jti, openedAt: new Date(data.opened * 1000).toISOString(), isExpired: data.exp * 1000 <= now }
}
