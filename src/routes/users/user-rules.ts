import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import { recordAudit } from '../../db/audit'
import { recordChange } from '../../db/changes'
import {
  anotherAdmin,
  auditOfUserChange,
  changeOfCouncillor,
  type UserChanges as Fields,
  insertUser,
  type User as UserRow,
  updateUser,
  userAfterWrite,
  userById,
  userWithEmail,
} from '../../db/directory/users'
import { storeResult } from '../../db/idempotency'
import { liveKeysAfterWrite, liveKeysOfUser } from '../../db/keys/key-standing'
import { fold } from '../../domain/fold'
import { newId } from '../../domain/id'
import { ApiError, type FieldError, invalidFields } from '../../errors'
import { writeChange } from '../../http/change-versioned'
import { changedFields, rethrowAsTaken, taken } from '../../http/conflicts'
import { expectedVersion, requireVersion } from '../../http/etag'
import type { NewUser, User, UserChanges } from './user-schemas'

const emailTaken = 'A user with this email already exists'
const rethrowTaken = rethrowAsTaken('users_email', emailTaken)

/** A user as presented by the API. */
export function presentUser(found: Omit<UserRow, 'updatedAt'>): User {
  const { id, name, email, role, enabled, createdAt, version } = found
  const { planOverride, planOverrideExpiresAt, planOverrideReason } = found
  const override = { planOverride, planOverrideExpiresAt, planOverrideReason }
  return { id, name, email, role, enabled, createdAt, ...override, version }
}

/** Creates a user, who has no key yet. */
export async function createUser(c: Context<AppEnv>, body: NewUser): Promise<{ user: User; location: string }> {
  const { gate } = c.var
  const emailKey = fold(body.email)
  const { existing } = await gate.read({ emailKey }, { existing: userWithEmail })
  if (existing) throw taken(emailTaken, existing)

  const { actor } = gate
  const user = presentUser({
    id: newId(actor.now),
    name: body.name,
    email: body.email,
    role: body.role,
    enabled: body.enabled ?? true,
    createdAt: actor.now,
    planOverride: null,
    planOverrideExpiresAt: null,
    planOverrideReason: null,
    version: 1,
  })
  const location = `/api/users/${user.id}`
  const { inserted } = await gate
    .write({
      audit: recordAudit(actor, 'user.create', user.id),
      // Before all that may fail, so that a concurrent retry fails here and replays the stored result.
      result: storeResult(actor, gate.idempotency, { status: 201, location, body: user }),
      inserted: insertUser.bind({ ...actor, ...user, emailKey }),
      change: recordChange(
        { ...actor, ...user, stepsDown: 0, expectedVersion: null },
        'councillor_profile_updated',
        changeOfCouncillor,
      ),
    })
    .catch(rethrowTaken)
  return { user: { ...user, ...inserted }, location }
}

/**
 * Changes a user, unless that leaves the tenant without an enabled admin who is a person.
 *
 * @returns the user, and the number of their live keys, which a new role or `enabled` affects
 */
export async function changeUser(
  c: Context<AppEnv>,
  id: string,
  { version, ...body }: UserChanges,
): Promise<{ user: User; liveKeys: number }> {
  const { gate } = c.var
  const emailKey = body.email === undefined ? null : fold(body.email)
  const faults = steppingDown(body)
  const stepsDown = Number(Object.keys(faults).length > 0)
  const { found, existing, other, keys } = await gate.read(
    { id, emailKey, stepsDown },
    { found: userById, existing: userWithEmail, other: anotherAdmin, keys: liveKeysOfUser },
  )
  const expected = expectedVersion(c, version, found)
  if (!found) throw new ApiError('not_found')
  if (stepsDown && !other && isAdmin(found)) throw invalidFields(faults)
  requireVersion(expected, found)
  if (existing && existing.id !== id) throw taken(emailTaken, existing)
  const changes = changedFields(body, found)
  if (Object.keys(changes).length === 0) return { user: presentUser(found), liveKeys: keys.n }

  const target = { ...gate.actor, id, stepsDown, expectedVersion: expected ?? null }
  const batch = {
    audit: recordAudit(target, 'user.update', id, auditOfUserChange),
    change: recordChange({ ...target, role: changes.role ?? null }, 'councillor_profile_updated', changeOfCouncillor),
    updated: updateUser(changes, target),
    after: userAfterWrite.bind(target),
    keys: liveKeysAfterWrite.bind(target),
  }
  const written = await writeChange(gate, expected, batch, (after) => {
    requireVersion(expected, after)
    throw invalidFields(faults)
  }).catch(rethrowTaken)
  return { user: presentUser(written.after), liveKeys: written.keys.n }
}

const isAdmin = ({ role, enabled }: Pick<UserRow, 'role' | 'enabled'>) => role === 'admin' && enabled

/** The error of a change that would remove the only enabled admin; empty if they stay one. */
function steppingDown({ role, enabled }: Fields): Record<string, FieldError> {
  const fault = { code: 'range' as const, message: 'This is the only enabled admin; promote another user first' }
  return {
    ...(role !== undefined && role !== 'admin' && { role: fault }),
    ...(enabled === false && { enabled: fault }),
  }
}
