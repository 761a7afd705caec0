import { z } from 'zod'
import { replayForMs } from '../../db/idempotency'
import { type Env, publicSecretOf } from '../../settings'
import { sealed, unsealed } from '../sealed'

/**
 * As long as spent tickets are remembered, 24 hours: more than the 20 up to which a page must let its reader extend a
 * time limit (WCAG 2.2, success criterion 2.2.1).
 */
const lifeMs = replayForMs

/** One-time ticket, so that a form sent twice is stored once. */
export interface Ticket {
  /** Unguessable: the confirmation's address. */
  readonly id: string
  /** Time when the form was first opened, ISO 8601. */
  readonly openedAt: string
  readonly isExpired: boolean
}

/** Times in milliseconds. */
const Sealed = z.object({ tenant: z.string(), id: z.string(), openedAt: z.number(), endsAt: z.number() })

/**
 * A one-time ticket for a tenant's form, which the form brings back.
 *
 * @param openedAt ISO 8601: where the form takes the place of one that was opened earlier
 */
export function issueTicket(env: Env, slug: string, openedAt?: string, now = Date.now()): Promise<string> {
  const opened = openedAt === undefined ? now : Date.parse(openedAt)
  const ticket = { tenant: slug, id: crypto.randomUUID(), openedAt: opened, endsAt: now + lifeMs }
  return sealed(ticket, publicSecretOf(env))
}

/** The ticket of a submitted form, or undefined if it was not issued here for this tenant. An expired one keeps its answers. */
export async function readTicket(env: Env, slug: string, text: string, now = Date.now()): Promise<Ticket | undefined> {
  const { success, data } = Sealed.safeParse(await unsealed(text, publicSecretOf(env)))
  if (!success || data.tenant !== slug) return
  return { id: data.id, openedAt: new Date(data.openedAt).toISOString(), isExpired: data.endsAt <= now }
}
