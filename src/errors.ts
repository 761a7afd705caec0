import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { routePath } from 'hono/route'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppEnv } from './app-env'
import { type DatabaseCause, DatabaseUnavailable, databaseCauseOf, missingTableOf } from './db/database-error'
import { SettingsError } from './settings'
import { WebhookKeyMissing } from './webhooks/secrets'

/** All error codes, each with its status and default message. No other error leaves the API. */
const errors = {
  invalid_request: [400, 'Invalid request'],
  key_required: [401, 'API key required'],
  key_invalid: [401, 'Invalid API key'],
  plan_required: [403, 'Your plan does not include this feature'],
  scope_required: [403, 'This API key lacks the required scope'],
  role_required: [403, 'Your role does not allow this'],
  key_replaced: [403, 'This API key has been replaced: manage keys with its successor'],
  forbidden: [403, 'Forbidden'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'Method not allowed'],
  conflict: [409, 'Changed since you last read it'],
  too_large: [413, 'The request body is larger than 256 KiB'],
  unprocessable: [422, 'Validation failed'],
  rate_limited: [429, 'Rate limit exceeded'],
  internal: [500, 'Internal server error'],
  bad_gateway: [502, 'The upstream server returned an invalid response'],
  unavailable: [503, 'Temporarily unavailable, please retry'],
  gateway_timeout: [504, 'The upstream server took too long to respond'],
} as const satisfies Record<string, [ContentfulStatusCode, string]>

export type ErrorCode = keyof typeof errors

/** A field's error code, and a message for people. */
export interface FieldError {
  code:
    | 'required'
    | 'type'
    | 'unknown'
    | 'enum'
    | 'format'
    | 'too_long'
    | 'too_short'
    | 'past'
    | 'order'
    | 'range'
    | 'unknown_reference'
  message: string
}

/** `details` of the error envelope. */
interface Details {
  fields?: Record<string, FieldError>
  requestId?: string
  [more: string]: unknown
}

interface ApiErrorOptions {
  /** Replaces the code's own message. */
  message?: string | undefined
  details?: Details | undefined
  headers?: Record<string, string>
  cause?: unknown
}

declare global {
  interface ErrorConstructor {
    /** V8’s own: how many lines of a stack are kept. */
    stackTraceLimit: number
  }
}

/** A refusal by its error code; `toResponse` turns it into the error envelope. */
export class ApiError extends Error {
  readonly code: ErrorCode
  readonly status: ContentfulStatusCode
  readonly details: Details | undefined
  readonly headers: Record<string, string>

  constructor(fault: ErrorCode, { message, details, headers, cause }: ApiErrorOptions = {}) {
    // A refusal is an answer, and no log has its stack, which would take a twentieth of the time of a refusal from memory.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message ?? errors[fault][1], { cause })
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'ApiError'
    this.code = fault
    this.status = errors[fault][0]
    this.details = details
    this.headers = {
      ...(this.status === 401 && { 'WWW-Authenticate': 'Bearer realm="casework"' }),
      ...headers,
    }
  }
}

/** Thrown to replay a stored answer instead of running the request again. */
export class Replay extends Error {
  readonly answer: { body: string; status: ContentfulStatusCode; headers: Record<string, string> }

  constructor(answer: Replay['answer']) {
    super('Replayed')
    this.answer = answer
  }
}

/** Maximum number of fields named in one answer. */
const mostFaults = 50

/** 400 or 422 with an error per field, at most 50. 400 wins if both kinds are present. */
export function invalidFields(fields: Record<string, FieldError>, inQuery = false): ApiError {
  const shapeCodes: FieldError['code'][] = ['required', 'type', 'unknown']
  const faults = Object.entries(fields)
  const malformed = inQuery || faults.some(([, { code }]) => shapeCodes.includes(code))
  const firstFields = Object.fromEntries(faults.slice(0, mostFaults))
  return new ApiError(malformed ? 'invalid_request' : 'unprocessable', { details: { fields: firstFields } })
}

/** Turns anything thrown into a response of the API. */
export function toResponse(error: Error, c: Context): Response {
  if (error instanceof Replay) return c.body(error.answer.body, error.answer.status, error.answer.headers)
  const { message, status, details, headers } = refusalOf(error, c)
  return c.json({ error: message, ...(details && { details }) }, status, headers)
}

/**
 * Converts anything thrown to a refusal, and notes it for the request log. An unknown error is logged by name, with
 * the request's id and route, and becomes a 500 that reveals nothing of it.
 */
export function refusalOf(error: unknown, c: Context<AppEnv>): ApiError {
  const known = knownError(error)
  if (!known) logUnknown(error, c)
  const details = { requestId: c.get('requestId') }
  const refusal = known ?? new ApiError('internal', { details, cause: error })
  c.set('refusal', refusal)
  return refusal
}

function logUnknown(thrown: unknown, c: Context<AppEnv>): void {
  const error = thrown instanceof Error ? thrown : new Error('Something was thrown that is not an error')
  const line = {
    time: new Date().toISOString(),
    level: 'error',
    requestId: c.get('requestId'),
    method: c.req.method,
    route: routePath(c),
    cause: causeOf(error),
    ...adviceOn(missingTableOf(error)),
    error: error instanceof SettingsError ? error.message : error.name,
    stack: frames(error),
  }
  console.error(JSON.stringify(line))
}

/** The way out of a database without its tables: what somebody meets who runs `wrangler dev` in a fresh clone. */
const adviceOn = (missingTable: string | undefined) =>
  missingTable && {
    missingTable,
    advice: 'Apply the migrations: npm run migrate, or npm run deploy in production; npm run seed adds a demo tenant',
  }

/** The causes of a 5xx that a log may name. */
type Cause =
  | DatabaseCause
  | 'settings'
  | 'upstream_broken'
  | 'upstream_timeout'
  | 'upstream_unavailable'
  | 'webhook_key_missing'

/** The cause of a 5xx: of the refusal, or of the error that led to it. */
export function causeOf(error: unknown): Cause {
  if (error instanceof SettingsError) return 'settings'
  if (error instanceof WebhookKeyMissing) return 'webhook_key_missing'
  if (!(error instanceof ApiError)) return databaseCauseOf(error)
  if (error.code === 'bad_gateway') return 'upstream_broken'
  if (error.code === 'gateway_timeout') return 'upstream_timeout'
  const { cause } = error
  const ours = [DatabaseUnavailable, WebhookKeyMissing, SettingsError]
  const isOurs = ours.some((kind) => cause instanceof kind)
  return error.code === 'unavailable' && !isOurs ? 'upstream_unavailable' : causeOf(cause)
}

function knownError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error
  if (error instanceof DatabaseUnavailable) {
    return new ApiError('unavailable', { headers: { 'Retry-After': String(error.retryAfterSeconds) }, cause: error })
  }
  if (error instanceof WebhookKeyMissing) {
    const message = 'Webhooks are not set up on this gateway: its operator has to set WEBHOOK_KEY'
    return new ApiError('unavailable', { message, headers: { 'Retry-After': '3600' }, cause: error })
  }
  // The validators' own refusals: malformed JSON, or a media type that is not JSON.
  if (error instanceof HTTPException && error.status < 500) return new ApiError('invalid_request')
}

/** Stack frames of an error, without its message, which may contain SQL and bound values. */
function frames(error: Error): string[] {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 6)
    .map((line) => line.trim())
}
