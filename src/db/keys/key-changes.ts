import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import { auditOf } from '../audit'
import { ofTenant, unlessNull } from '../conditions'
import { databaseClock } from '../gate/caller'
import { type BoundStatement, build, type Given, placeholder, statement, type Values } from '../query'
import { keys } from '../schema/tenants'
import { isCurrent, moment } from './key-standing'

/** A limit that may not be above the one that the key has when it is written, nor a window below. Null where it may. */
const isNoHigher = and(
  unlessNull('newLimit', (limit) => sql`${limit} <= coalesce(${keys.quota}, ${placeholder('defaultLimit')})`),
  unlessNull(
    'newWindow',
    (window) => sql`${window} >= coalesce(${keys.windowSeconds}, ${placeholder('defaultWindow')})`,
  ),
)

/** Values of an operator, who may raise a limit. */
export const anyLimit = { newLimit: null, newWindow: null, defaultLimit: null, defaultWindow: null }

// An operator has no key that could have been replaced.
const isLiveOfFamily = and(
  eq(keys.familyId, placeholder('family')),
  ofTenant(keys),
  isNull(keys.revokedAt),
  or(isNull(keys.expiresAt), gt(keys.expiresAt, databaseClock)),
  isCurrent,
  isNoHigher,
)

const leads = eq(keys.id, placeholder('leadId'))

/** What of a key can be changed; null for the deployment's default, no name, any address and no end. */
export type KeyChanges = Given<
  Pick<typeof keys.$inferSelect, 'name' | 'scopes' | 'quota' | 'windowSeconds' | 'allowedAddresses' | 'allowedTree'>
> & { expiresAt?: string | null | undefined }

/** An older key of the family keeps its own end, if that is sooner: a later one would lengthen its grace period. */
const end = sql`case
  when ${leads} then ${moment('expiresAt')}
  when ${moment('expiresAt')} is null then ${keys.expiresAt}
  else min(coalesce(${keys.expiresAt}, ${moment('expiresAt')}), ${moment('expiresAt')}) end`

/**
 * Changes the live keys of the family `family`, which share a window and so must share a limit, and yields their ids. A new
 * end is for its newest key, `leadId`. Built per call: each set of fields is another statement.
 */
export function updateFamily({ expiresAt, ...changes }: KeyChanges, values: Values): BoundStatement<{ id: string }[]> {
  return statement(
    build
      .update(keys)
      .set({ ...changes, ...(expiresAt !== undefined && { expiresAt: end }) })
      .where(isLiveOfFamily)
      .returning({ id: keys.id }),
  ).bind({ ...values, expiresAt: expiresAt ?? null })
}

/** The audit entry of a change to the family's live key `leadId`: none if it has ended. Before the change. */
export const auditOfKeyChange = auditOf(keys, and(isLiveOfFamily, leads))
