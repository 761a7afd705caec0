import { z } from '@hono/zod-openapi'
import { parseEmail } from '../domain/email'
import { readMoment } from '../domain/moment'
import { parsePhone } from '../domain/phone'
import { parsePostcode } from '../domain/postcode'
import { isBlank, type Reading, readCode, readText, type TextRule } from '../domain/text'
import type { FieldError } from '../errors'

/** Parameters of `custom` issues, which preserve the error code. */
export const errorCode = (code: FieldError['code']) => ({ code })

/** A field that is read by a rule of `src/domain`: what is wrong with it is said in that rule's words. */
function readBy<T>(read: (raw: string) => Reading<T>) {
  return z.string().transform((raw, ctx): T => {
    const { value, fault } = read(raw)
    if (!fault) return value
    ctx.addIssue({ code: 'custom', params: errorCode(fault.code), message: fault.message })
    return z.NEVER
  })
}

interface TextOptions extends TextRule {
  description: string
  example: string
}

/** Required text: blank counts as missing. */
export function text({ description, example, ...rule }: TextOptions) {
  return readBy((raw) => readText(raw, rule)).openapi({ description, example, minLength: 1, maxLength: rule.max })
}

/** Optional text: null or blank clears it. */
export function optionalText({ description, example, ...rule }: TextOptions) {
  return clearable(readBy((raw) => readText(raw, rule))).openapi({ description, example, maxLength: rule.max })
}

/** Optional text for machines: null or blank clears it. */
export function optionalCode({ description, example, max }: Omit<TextOptions, 'lines'>) {
  return clearable(readBy((raw) => readCode(raw, { max }))).openapi({ description, example, maxLength: max })
}

/** A query parameter that names something by a text for machines. */
export function codeParam({ description, example, max }: Omit<TextOptions, 'lines'>) {
  return readBy((raw) => readCode(raw, { max }))
    .optional()
    .openapi({ description, example, maxLength: max })
}

/** A field that may be empty: null or blank clears it. */
export function clearable<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => (value === undefined || !isBlank(value) ? value : null), schema.nullish()).optional()
}

/** A field that always has a value, and may be left out of a body: null or blank leaves it as it is. */
export function omissible<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => (isBlank(value) ? undefined : value), schema.optional()).optional()
}

/** A text of a shape that a function knows: what it makes of it, or 422. */
export const shaped = <T>(parse: (raw: string) => T | undefined, message: string) =>
  readBy<T>((raw) => {
    const value = parse(raw)
    if (value !== undefined) return { value }
    return { fault: isBlank(raw) ? { code: 'required', message: 'Required' } : { code: 'format', message } }
  })

/** An email address. */
export const email = shaped(parseEmail, 'Must be an email address, like name@example.com')

/** A UK postcode. */
export const postcode = shaped(parsePostcode, 'Must be a UK postcode, like TR1 1AA')

export const optionalEmail = clearable(email).openapi({
  description: 'Email address, kept as typed.',
  example: 'alex@example.com',
})

export const optionalPhone = clearable(shaped(parsePhone, 'Must be a phone number, like 01632 960001')).openapi({
  description: 'Phone number, kept as typed.',
  example: '01632 960001',
})

export const optionalPostcode = clearable(postcode).openapi({
  description: 'UK postcode, stored without a space.',
  example: 'TR11AA',
})

const longestId = 128

/** An id in a body, checked against the tenant's own. */
export const id = () =>
  readBy((raw) => readText(raw, { max: longestId })).openapi({ minLength: 1, maxLength: longestId })

/** A reference to something else, checked against the tenant's own: null or blank clears it. */
export function optionalId(description: string) {
  return optionalText({ description, example: '01JZ8E2Q4N6T1V3X5Z7B9D0F2H', max: longestId })
}

/** A moment in a body or a query: ISO 8601 with an offset, given on as UTC with milliseconds. */
export function moment(description: string) {
  return readBy(readMoment).openapi({ description, example: '2026-03-01T09:00:00.000Z', format: 'date-time' })
}

/** A moment in a response. */
export const Instant = z.string().openapi({
  description: 'ISO 8601, UTC, with milliseconds.',
  example: '2026-03-01T09:00:00.000Z',
  format: 'date-time',
})

export const Id = z.string().openapi({ description: 'Opaque id.', example: '01JZ8E2Q4N6T1V3X5Z7B9D0F2H' })

export const IdParam = z.object({ id: Id })

/** For routes without query parameters: each one sent is unknown. */
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
export const versionField = omissible(z.int().min(1)).openapi({
  description: 'The version you last read; 409 if it has changed.',
  example: 1,
})
export const versionShown = z.int().openapi({ description: 'Incremented on every change.', example: 1 })
/** A thing that another refers to. */
export const Ref = z.object({ id: Id, name: z.string().openapi({ example: 'Falmouth Arwenack' }) }).openapi('Ref')
export const TenantParam = z.object({
  tenant: z.string().openapi({ description: 'The tenant’s short name.', example: 'falmouth' }),
})

/** A schema or null. `Ref.nullable()` would make the document's one `Ref` nullable wherever it is used. */
export const orNull = <S extends z.ZodType>(schema: S) => z.union([schema, z.null()])
