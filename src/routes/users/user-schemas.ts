import { z } from '@hono/zod-openapi'
import { plans, roles } from '../../domain/vocabulary'
import { readOnlyFields } from '../../http/directory-schemas'
import {
  bodyOf,
  email as emailField,
  Id,
  Instant,
  omissible,
  text,
  versionField,
  versionShown,
} from '../../http/fields'

export const User = z
  .object({
    id: Id,
    name: z.string().openapi({ example: 'Sam Councillor' }),
    email: z.string().openapi({ example: 'sam@example.com' }),
    role: z.enum(roles).openapi({ example: 'councillor' }),
    enabled: z.boolean().openapi({ description: 'Keys of a disabled user are rejected.' }),
    createdAt: Instant,
    planOverride: z.enum(plans).nullable().openapi({
      description: 'Overrides the tenant’s plan for this user’s keys until it expires.',
      example: 'council',
    }),
    planOverrideExpiresAt: Instant.nullable(),
    planOverrideReason: z.string().nullable().openapi({ example: 'Trial' }),
    version: versionShown,
  })
  .openapi('User')
export type User = z.infer<typeof User>

export const ChangedUser = z
  .object({
    ...User.shape,
    liveKeys: z.int().openapi({
      description:
        'The number of their keys that are neither revoked nor expired; changing `role` or `enabled` affects them.',
      example: 2,
    }),
  })
  .openapi('ChangedUser')
export type ChangedUser = z.infer<typeof ChangedUser>

const name = text({ description: 'Their name.', example: 'Sam Councillor', max: 200 })

const email = emailField.openapi({
  description: 'Unique within the tenant, ignoring case; kept as typed.',
  example: 'sam@example.com',
  minLength: 1,
})

const role = z.enum(roles).openapi({ description: 'Determines what their keys may do.', example: 'councillor' })

const enabled = omissible(z.boolean()).openapi({
  description: 'Keys of a disabled user are rejected from the next request on.',
  example: true,
})

const notSettable = [...readOnlyFields, 'planOverride', 'planOverrideExpiresAt', 'planOverrideReason', 'liveKeys']

export const NewUser = bodyOf({ name, email, role, enabled }, [...notSettable, 'version']).openapi('NewUser')
export type NewUser = z.infer<typeof NewUser>

export const UserChanges = bodyOf(
  { name: name.optional(), email: email.optional(), role: role.optional(), enabled, version: versionField },
  notSettable,
).openapi('UserChanges')
export type UserChanges = z.infer<typeof UserChanges>
