import { z } from '@hono/zod-openapi'
import { roles, scopes } from '../../domain/vocabulary'
import { bodyOf, clearable, errorCode, Id, Instant, moment, optionalId, text } from '../../http/fields'
import { cursorParam } from '../../http/paging'

export const Key = z
  .object({
    id: Id,
    familyId: Id.openapi({ description: 'Shared by a key and those rotated from it.' }),
    prefix: z.string().openapi({ description: 'How the key begins.', example: 'sk_cw0_Ab3d' }),
    name: z.string().nullable().openapi({ description: 'What it is for.', example: 'Website sync' }),
    userId: Id.openapi({ description: 'Who holds it.' }),
    role: z.enum(roles).openapi({ description: "The holder's role." }),
    scopes: z.array(z.enum(scopes)).openapi({ description: 'What it may do.', example: ['cases:read'] }),
    limit: z.int().openapi({ description: 'Requests allowed in any span of one window.', example: 100 }),
    windowSeconds: z.int().openapi({ description: 'How long a window is.', example: 60 }),
    expiresAt: Instant.nullable().openapi({ description: 'When it ends by itself; null for never.' }),
    revokedAt: Instant.nullable().openapi({ description: 'When it was revoked; null while it was not.' }),
    lastUsedAt: Instant.nullable().openapi({ description: 'When a key of its family was last admitted.' }),
    createdAt: Instant,
  })
  .openapi('Key')
export type Key = z.infer<typeof Key>

export const MadeKey = z
  .object({
    key: z
      .string()
      .openapi({ description: 'The key itself, shown this once.', example: 'sk_cw0_(46 letters and digits)' }),
    ...Key.shape,
  })
  .openapi('MadeKey')

export const KeyQuery = z.strictObject({ cursor: cursorParam })

const isLater = (iso: string) => Date.parse(iso) > Date.now()

const holder = 'Give a role or a userId, one of them'

/** What is wrong with naming both a role and a user, or neither. */
const holderFaults = (isBoth: boolean) =>
  isBoth
    ? [{ path: ['userId'], params: errorCode('format'), message: holder }]
    : ['role', 'userId'].map((name) => ({ path: [name], params: errorCode('required'), message: holder }))

export const NewKey = bodyOf(
  {
    name: text({ description: 'What it is for.', example: 'Website sync', max: 120 }),
    scopes: z
      .array(z.enum(scopes))
      .min(1)
      .max(100)
      .transform((asked) => scopes.filter((scope) => asked.includes(scope)))
      .openapi({ description: 'What it may do: at most what your own key may.', example: ['cases:read'] }),
    role: clearable(z.enum(roles)).openapi({
      description: "Held by this role's service user; instead of `userId`.",
      example: 'manager',
    }),
    userId: optionalId('Held by this enabled user; instead of `role`.'),
    expiresAt: clearable(
      moment(
        'When it ends: no later than your own key. Null or absent for that end, or for never where yours has none.',
      ).refine(isLater, { params: errorCode('past'), error: 'Must not be in the past' }),
    ),
    limit: clearable(z.int().min(1).max(1000)).openapi({
      description: "Requests in any window, at most the deployment's default.",
      example: 50,
    }),
    windowSeconds: clearable(z.int().min(1).max(3600)).openapi({
      description: "Seconds in a window, at least the deployment's default.",
      example: 60,
    }),
  },
  ['id', 'familyId', 'prefix', 'revokedAt', 'lastUsedAt', 'createdAt'],
)
  .superRefine(
    ({ role, userId }, ctx) => {
      if (Boolean(role) !== Boolean(userId)) return
      for (const fault of holderFaults(Boolean(role))) ctx.addIssue({ code: 'custom', ...fault })
    },
    // Told beside every other fault of the body, as long as it is an object at all.
    { when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value) },
  )
  .openapi('NewKey')
export type NewKey = z.infer<typeof NewKey>

/** How long older keys go on working after a rotation that says nothing of it: long enough to notice a lost answer. */
export const defaultGraceSeconds = 3600

export const Rotation = bodyOf({
  graceSeconds: clearable(z.int().min(0).max(86_400)).openapi({
    description:
      'How long the older keys go on working; 3600 if absent. 0 ends them at once: should the answer get lost, a key ' +
      'that rotated itself is locked out.',
    example: 3600,
  }),
}).openapi('Rotation')

export const Revoked = z.object({ success: z.literal(true) }).openapi('Revoked')

export const Usage = z
  .object({
    days: z
      .array(
        z.object({
          date: z.string().openapi({ description: 'A day, UTC.', example: '2026-03-01', format: 'date' }),
          requests: z.int().openapi({ description: 'How many were admitted.', example: 42 }),
        }),
      )
      .openapi({ description: 'The last 30 days, today last.' }),
    total: z.int().openapi({ description: 'Admitted since the family was made.', example: 1042 }),
    lastUsedAt: Instant.nullable().openapi({ description: 'When a key of the family was last admitted.' }),
  })
  .openapi('Usage')
