import { z } from '@hono/zod-openapi'
import { isEmail } from '../domain/email'
import { isPhone } from '../domain/phone'
import { parsePostcode } from '../domain/postcode'
import type { FieldError } from '../errors'

/** What `custom` issues carry, so that the fault keeps its code. */
export const errorCode = (code: FieldError['code']) => ({ code })

// Nor half a surrogate pair: JSON can spell one, UTF-8 cannot keep it.
const noControls = /^[^\p{Cc}\p{Cs}]*$/u

/**
 * A rule for texts of a bounded length: one that is too long is refused for that, and never looked into. zod runs every
 * check of a field, also after one that has failed.
 */
export const upTo = (max: number, isFit: (text: string) => boolean) => (text: string) =>
  text.length > max || isFit(text)

const clean = (schema: z.ZodString, max: number, lines: boolean) =>
  schema.max(max).refine(
    upTo(max, (text) => noControls.test(lines ? text.replace(/[\t\r\n]/g, '') : text)),
    { params: errorCode('format'), error: 'Must not contain control characters' },
  )

interface TextOptions {
  description: string
  example: string
  /** Longest value, in characters. */
  max: number
  /** Whether line breaks are allowed. */
  lines?: boolean
}

/** Required text, trimmed: blank counts as missing. */
export function text({ description, example, max, lines = false }: TextOptions) {
  return clean(z.string().trim().min(1), max, lines).openapi({ description, example })
}

/** Optional text: null or blank clears it. */
export function optionalText(options: TextOptions) {
  return optional(clean(z.string().trim(), options.max, options.lines ?? false)).openapi({
    description: options.description,
    example: options.example,
  })
}

/** An optional text of a given shape: null or blank clears it. */
function optional(schema: z.ZodType<string, string>) {
  return schema
    .transform((value) => value || null)
    .nullable()
    .optional()
}

const shaped = (isShaped: (value: string) => boolean, error: string) =>
  z
    .string()
    .trim()
    .refine((value) => value === '' || isShaped(value), { params: errorCode('format'), error })

export const optionalEmail = optional(
  shaped((value) => isEmail(value), 'Must be an email address, like name@example.com'),
).openapi({ description: 'Email address, kept as typed.', example: 'alex@example.com' })

export const optionalPhone = optional(
  shaped((value) => isPhone(value), 'Must be a phone number, like 01632 960001'),
).openapi({ description: 'Phone number, kept as typed.', example: '01632 960001' })

export const optionalPostcode = z
  .string()
  .trim()
  .refine((value) => value === '' || parsePostcode(value) !== undefined, {
    params: errorCode('format'),
    error: 'Must be a UK postcode, like TR1 1AA',
  })
  .transform((value) => parsePostcode(value) ?? null)
  .nullable()
  .optional()
  .openapi({ description: 'UK postcode, stored without a space.', example: 'TR11AA' })

/** A reference to something else, checked against the tenant's own: null or blank clears it. */
export function optionalId(description: string) {
  return optional(z.string().trim().max(128)).openapi({ description, example: '01JZ8E2Q4N6T1V3X5Z7B9D0F2H' })
}

/** A moment in a body or a query: ISO 8601 with an offset, given on as UTC with milliseconds. */
export function moment(description: string) {
  return z.iso
    .datetime({ offset: true, error: 'Must be an ISO 8601 time with an offset, like 2026-03-01T09:00:00Z' })
    .transform((value) => new Date(value).toISOString())
    .openapi({ description, example: '2026-03-01T09:00:00.000Z', format: 'date-time' })
}

/** A moment in a response. */
export const Instant = z.string().openapi({
  description: 'ISO 8601, UTC, with milliseconds.',
  example: '2026-03-01T09:00:00.000Z',
  format: 'date-time',
})

export const Id = z.string().openapi({ description: 'Opaque id.', example: '01JZ8E2Q4N6T1V3X5Z7B9D0F2H' })

export const IdParam = z.object({ id: Id })

/** For routes without query parameters: any is unknown. */
export const NoQuery = z.strictObject({})

/** A query parameter that says yes or no. */
export const flagParam = (description: string) =>
  z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .openapi({ description, example: 'false' })

/**
 * A request body: unknown fields are refused, and those that a GET emits but nobody may set are dropped,
 * so that what was read can be sent back.
 */
export function bodyOf<S extends z.ZodRawShape>(shape: S, readOnly: readonly string[] = []) {
  return z.preprocess((value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).filter(([name]) => !readOnly.includes(name)))
  }, z.strictObject(shape))
}

/** A JSON request body in a route's definition. */
export const jsonBody = <S extends z.ZodType>(schema: S) => ({
  required: true,
  content: { 'application/json': { schema } },
})

/** A JSON response in a route's definition. */
export const json = <S extends z.ZodType>(description: string, schema: S) => ({
  description,
  content: { 'application/json': { schema } },
})
export const versionField = z
  .int()
  .min(1)
  .optional()
  .openapi({ description: 'The version you read; stale is 409.', example: 1 })
export const versionShown = z.int().openapi({ description: 'Rises with every change.', example: 1 })
/** A thing that another refers to. */
export const Ref = z.object({ id: Id, name: z.string().openapi({ example: 'Falmouth Arwenack' }) }).openapi('Ref')
export const TenantParam = z.object({
  tenant: z.string().openapi({ description: 'The tenant’s short name.', example: 'falmouth' }),
})
