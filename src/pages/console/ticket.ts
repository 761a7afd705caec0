import { sign, verify } from 'hono/jwt'
import { z } from 'zod'
import type { Env } from '../../settings'
import { type Session, secretOf } from './session'

const Claims = z.object({ jti: z.string() })

const alg = 'HS256'

/** The ticket of a form: a JSON Web Token (RFC 7519) for this session only, which the gate takes once. */
export function issueTicket(env: Env, { id, until }: Session): Promise<string> {
  return sign({ aud: id, jti: crypto.randomUUID(), exp: Math.ceil(until / 1000) }, secretOf(env), alg)
}

/** The id of a ticket, or undefined if it was not issued here for this session. */
export async function readTicket(env: Env, { id }: Session, text: string): Promise<string | undefined> {
  const claims = await verify(text, secretOf(env), { alg, aud: id }).catch(() => undefined)
  return Claims.safeParse(claims).data?.jti
}
