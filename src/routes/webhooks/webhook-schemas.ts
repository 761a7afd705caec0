import { z } from '@hono/zod-openapi'
import { longestWebAddress, parseWebAddress } from '../../domain/url'
import { changeEvents } from '../../domain/vocabulary'
import { disabledReasons, outcomes, payloads, testEvent } from '../../domain/webhooks'
import {
  bodyOf,
  clearable,
  errorCode,
  Id,
  Instant,
  moment,
  omissible,
  optionalText,
  shaped,
  versionField,
  versionShown,
} from '../../http/fields'

const payloadText = {
  description: '`full` sends the main fields of what it is about, as they are when it is sent; `thin` only its id.',
  example: 'full',
}

export const Webhook = z
  .object({
    id: Id,
    url: z.string().openapi({ example: 'https://crm.example.com/hooks/casework' }),
    description: z.string().nullable().openapi({ example: 'Case sync' }),
    events: z.array(z.enum(changeEvents)).openapi({ example: ['case_created', 'case_status_changed'] }),
    payload: z.enum(payloads).openapi(payloadText),
    enabled: z.boolean(),
    disabledReason: z.enum(disabledReasons).nullable().openapi({
      description: '`manual`, `gone` after a 410, or `failing` after five days in which nothing got through.',
      example: null,
    }),
    cursor: z.int().openapi({ description: 'The `sequence` of the last change that is done with.', example: 41 }),
    pending: z.int().openapi({ description: 'Messages still to be sent, among the next 1,000 changes.', example: 0 }),
    failingSince: Instant.nullable().openapi({
      description: 'Since when nothing has got through; null if all is well.',
    }),
    nextAttemptAt: Instant.nullable().openapi({ description: 'When a failed message is tried again.' }),
    lastStatus: z.int().nullable().openapi({ description: 'HTTP status of the last attempt, if any.', example: 200 }),
    lastSuccessAt: Instant.nullable(),
    version: versionShown,
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Webhook')
export type Webhook = z.infer<typeof Webhook>

export const MadeWebhook = z
  .object({
    secret: z.string().openapi({
      description: 'What signs its messages, shown only once.',
      example: 'whsec_(44 characters of base64)',
    }),
    ...Webhook.shape,
  })
  .openapi('MadeWebhook')
export type MadeWebhook = z.infer<typeof MadeWebhook>

const url = z
  .string()
  .max(longestWebAddress)
  .pipe(shaped(parseWebAddress, 'Must be a web address, like https://example.com/hooks'))
  .openapi({
    description: 'Where to: https, port 443, a public host name. Redirects are not followed.',
    example: 'https://crm.example.com/hooks/casework',
    maxLength: longestWebAddress,
  })

const events = z
  .array(z.enum(changeEvents))
  .min(1)
  .max(100)
  .transform((asked) => changeEvents.filter((event) => asked.includes(event)))
  .openapi({ description: 'What to send.', example: ['case_created', 'case_status_changed'] })

const settable = {
  description: optionalText({ description: 'What it is for.', example: 'Case sync', max: 255 }),
  payload: omissible(z.enum(payloads)).openapi(payloadText),
}

const readOnly = [
  ...['id', 'disabledReason', 'cursor', 'pending', 'failingSince', 'nextAttemptAt', 'lastStatus', 'lastSuccessAt'],
  ...['createdAt', 'updatedAt'],
]

export const NewWebhook = bodyOf({ url, events, ...settable }, [...readOnly, 'enabled', 'version']).openapi(
  'NewWebhook',
)
export type NewWebhook = z.infer<typeof NewWebhook>

export const WebhookChanges = bodyOf(
  {
    url: url.optional(),
    events: events.optional(),
    ...settable,
    enabled: omissible(z.boolean()).openapi({ description: '`false` stops it, `true` starts it again.' }),
    resume: omissible(z.enum(['pending', 'now'])).openapi({
      description:
        'With `enabled: true`: send what has come in the meantime (`pending`, the default) or skip it (`now`).',
    }),
    version: versionField,
  },
  readOnly,
)
  .refine(({ enabled, resume }) => resume === undefined || enabled === true, {
    path: ['resume'],
    params: errorCode('format'),
    error: 'Goes with "enabled": true only',
  })
  .openapi('WebhookChanges')
export type WebhookChanges = z.infer<typeof WebhookChanges>

/** Default grace period of the old secret after a rotation, in seconds: a day. */
export const defaultGraceSeconds = 86_400

export const SecretRotation = bodyOf({
  graceSeconds: clearable(z.int().min(0).max(604_800)).openapi({
    description: 'How long the old secret signs too; 86400 if absent.',
    example: 86_400,
  }),
}).openapi('SecretRotation')

export const DeletedWebhook = z.object({ success: z.literal(true) }).openapi('DeletedWebhook')

const outcome = z.enum(outcomes).openapi({
  description:
    '`delivered` 2xx · `refused` other 4xx · `failed` 408, 425, 429 and 5xx · `redirected` 3xx · `timeout` · ' +
    '`unreachable` no answer · `gone` 410.',
  example: 'delivered',
})
const status = z.int().nullable().openapi({ description: 'HTTP status, if one came.', example: 200 })
const ms = z.int().openapi({ description: 'Duration in milliseconds.', example: 84 })

export const WebhookTest = z.object({ outcome, status, ms }).openapi('WebhookTest')

export const ReplayRequest = bodyOf({
  sequence: clearable(z.int().min(1)).openapi({ description: 'The first change to send again.', example: 41 }),
  since: clearable(moment('Send again what has happened since.')),
})
  .superRefine(
    ({ sequence, since }, ctx) => {
      const isNone = !sequence && !since
      if (!isNone && !(sequence && since)) return
      const message = 'Provide either sequence or since'
      const params = errorCode(isNone ? 'required' : 'format')
      for (const name of isNone ? ['sequence', 'since'] : ['since']) {
        ctx.addIssue({ code: 'custom', path: [name], params, message })
      }
    },
    { when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value) },
  )
  .openapi('ReplayRequest')
export type ReplayRequest = z.infer<typeof ReplayRequest>

export const Replayed = z
  .object({ cursor: z.int().openapi({ description: 'What comes after it is sent again.', example: 40 }) })
  .openapi('Replayed')

const Delivery = z
  .object({
    id: Id.openapi({ description: 'The attempt’s id: `X-Casework-Delivery`.' }),
    sequence: z.int().nullable().openapi({ description: 'The change; null for a test.', example: 41 }),
    event: z.enum([...changeEvents, testEvent]),
    at: Instant,
    outcome,
    status,
    ms,
    manual: z.boolean().openapi({ description: 'True for a test.' }),
  })
  .openapi('Delivery')

export const DeliveryList = z
  .object({
    deliveries: z.array(Delivery),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: 'Pass it as `cursor` to get the next page; null at the end.' }),
  })
  .openapi('DeliveryList')

export const DeliveryQuery = z.strictObject({
  pageSize: z.coerce.number().int().min(1).max(100).default(50).openapi({ description: '1 to 100.', example: 50 }),
  cursor: z.string().max(1000).optional().openapi({ description: 'A `nextCursor`.' }),
})
