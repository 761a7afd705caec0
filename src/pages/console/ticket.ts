import { z } from 'zod'
import type { Session } from '../../app-env'
import type { Env } from '../../settings'
import { sealed, unsealed } from '../sealed'
import { secretOf } from './session'

const Sealed = z.object({ session: z.string(), ticket: z.string() })

/** The ticket of a form: for this session only, which the gate takes once. */
export function issueTicket(env: Env, { id }: Session): Promise<string> {
  return sealed({ session: id, ticket: crypto.randomUUID() }, secretOf(env))
}

/** The id of a ticket, or undefined if it was not issued here for this session. */
export async function readTicket(env: Env, { id }: Session, text: string): Promise<string | undefined> {
  const { data } = Sealed.safeParse(await unsealed(text, secretOf(env)))
  return data?.session === id ? data.ticket : undefined
}
