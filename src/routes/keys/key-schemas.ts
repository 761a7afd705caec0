import { z } from '@hono/zod-openapi'
import { mostRanges, readRange } from '../../domain/address-ranges'
import { keyLimits } from '../../domain/key-limits'
import { roles, scopes } from '../../domain/vocabulary'
import { bodyOf, clearable, errorCode, Id, Instant, moment, optionalId, optionalText, text } from '../../http/fields'
import { cursorParam } from '../../http/paging'

const { requests, windowSeconds } = keyLimits

/** Where a key may be used from, as shown. */
const AllowedAddresses = z
  .array(z.string())
  .nullable()
  .openapi({
    description: 'The addresses that it may be used from; null for any.',
    example: ['203.0.113.0/24', '2001:db8::/32'],
  })

export const Key = z
  .object({
    id: Id,
    familyId: Id.openapi({ description: 'Shared by a key and all its replacements.' }),
    prefix: z.string().openapi({ description: 'The first characters of the key.', example: 'sk_cw0_Ab3d' }),
    name: z.string().nullable().openapi({ description: 'The key’s purpose.', example: 'Website sync' }),
    userId: Id.openapi({ description: 'The user it belongs to.' }),
    role: z.enum(roles).openapi({ description: 'The role of its user.' }),
    scopes: z.array(z.enum(scopes)).openapi({ description: 'What it may do.', example: ['cases:read'] }),
    limit: z.int().openapi({ description: 'Requests allowed in any window-length interval.', example: 100 }),
    windowSeconds: z.int().openapi({ description: 'The length of the window in seconds.', example: 60 }),
    expiresAt: Instant.nullable().openapi({ description: 'When it expires; null for never.' }),
    allowedAddresses: AllowedAddresses,
    revokedAt: Instant.nullable().openapi({ description: 'When it was revoked; null if it was not.' }),
    lastUsedAt: Instant.nullable().openapi({ description: 'When a key of its family was last admitted.' }),
    createdAt: Instant,
  })
  .openapi('Key')
export type Key = z.infer<typeof Key>

export const MadeKey = z
  .object({
    key: z
      .string()
      .openapi({ description: 'The key itself, shown only once.', example: 'sk_cw0_(46 letters and digits)' }),
    ...Key.shape,
  })
  .openapi('MadeKey')

export const KeyQuery = z.strictObject({ cursor: cursorParam })

const range = z.string().transform((text, ctx): string => {
  const reading = readRange(text)
  if ('range' in reading) return reading.range
  ctx.addIssue({ code: 'custom', params: errorCode('format'), message: reading.fault })
  return z.NEVER
})

const isLater = (iso: string) => Date.parse(iso) > Date.now()

const holder = 'Provide either role or userId'

/** Errors if both a role and a user are named, or neither. */
const holderFaults = (isBoth: boolean) =>
  isBoth
    ? [{ path: ['userId'], params: errorCode('format'), message: holder }]
    : ['role', 'userId'].map((name) => ({ path: [name], params: errorCode('required'), message: holder }))

const grantedScopes = z
  .array(z.enum(scopes))
  .min(1)
  .max(100)
  .transform((asked) => scopes.filter((scope) => asked.includes(scope)))
  .openapi({ description: 'What it may do; only scopes that your own key has.', example: ['cases:read'] })

/** Bounds of a key, each with what a new one, or a change, has besides. */
const bounds = (than: { limit: string; windowSeconds: string }) => ({
  expiresAt: clearable(
    moment(
      'When it expires: no later than your own key. Null is with your own key, or never if yours does not expire; so is a new key without it.',
    ).refine(isLater, { params: errorCode('past'), error: 'Must not be in the past' }),
  ),
  limit: clearable(z.int().min(requests.least).max(requests.most)).openapi({
    description: `Requests per window; at most ${than.limit}.`,
    example: 50,
  }),
  windowSeconds: clearable(z.int().min(windowSeconds.least).max(windowSeconds.most)).openapi({
    description: `Seconds per window; at least ${than.windowSeconds}.`,
    example: 60,
  }),
  allowedAddresses: clearable(
    z
      .array(range)
      .min(1)
      .max(mostRanges)
      .transform((ranges) => [...new Set(ranges)]),
  ).openapi({
    description:
      'IPv4 and IPv6 addresses and CIDR ranges that it may be used from: from anywhere else it is invalid (401). Bits beyond ' +
      'the prefix length must be zero. If your own key has such a list, each must lie within it, and the list is ' +
      'the default.',
    example: ['203.0.113.0/24', '2001:db8::/32'],
  }),
})

const name = { description: 'The key’s purpose.', example: 'Website sync', max: 120 }

export const NewKey = bodyOf(
  {
    name: text(name),
    scopes: grantedScopes,
    role: clearable(z.enum(roles)).openapi({
      description: "Creates the key for this role's service user; use instead of `userId`.",
      example: 'manager',
    }),
    userId: optionalId('Creates the key for this enabled user; use instead of `role`.'),
    ...bounds({ limit: "the deployment's default", windowSeconds: "the deployment's default" }),
  },
  ['id', 'familyId', 'prefix', 'revokedAt', 'lastUsedAt', 'createdAt'],
)
  .superRefine(
    ({ role, userId }, ctx) => {
      if (Boolean(role) !== Boolean(userId)) return
      for (const fault of holderFaults(Boolean(role))) ctx.addIssue({ code: 'custom', ...fault })
    },
    // Reported along with all other errors of the body if it is an object.
    { when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value) },
  )
  .openapi('NewKey')
export type NewKey = z.infer<typeof NewKey>

export const KeyChanges = bodyOf(
  {
    name: optionalText(name),
    scopes: grantedScopes.optional(),
    ...bounds({ limit: 'it has now', windowSeconds: 'it has now' }),
  },
  ['id', 'familyId', 'prefix', 'userId', 'role', 'revokedAt', 'lastUsedAt', 'createdAt'],
).openapi('KeyChanges')
export type KeyChanges = z.infer<typeof KeyChanges>

/** Default grace period of older keys after a rotation: long enough to notice a lost answer. */
export const defaultGraceSeconds = 3600

export const Rotation = bodyOf({
  graceSeconds: clearable(z.int().min(0).max(86_400)).openapi({
    description:
      'How long the older keys keep working; 3600 if absent. With 0 they end at once: if the response is lost, a key ' +
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
          requests: z.int().openapi({ description: 'Admitted requests.', example: 42 }),
        }),
      )
      .openapi({ description: 'The last 30 days, today last.' }),
    total: z.int().openapi({ description: 'Requests admitted since the family was created.', example: 1042 }),
    lastUsedAt: Instant.nullable().openapi({ description: 'When a key of the family was last admitted.' }),
  })
  .openapi('Usage')
