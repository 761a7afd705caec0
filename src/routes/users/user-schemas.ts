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
    enabled: z.boolean().openapi({ description: 'A disabled user’s keys open nothing.' }),
    createdAt: Instant,
    planOverride: z
      .enum(plans)
      .nullable()
      .openapi({ description: 'Lifts this user’s keys above the tenant’s plan until it ends.', example: 'council' }),
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
        'How many of their keys are neither revoked nor past their end: a change of `role` or `enabled` takes effect on them.',
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

const role = z.enum(roles).openapi({ description: 'What their keys may do.', example: 'councillor' })

const enabled = omissible(z.boolean()).openapi({
  description: 'A disabled user’s keys open nothing, from the next request on.',
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
