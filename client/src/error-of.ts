import {
  AuthenticationError,
  CaseworkError,
  ConflictError,
  type Failure,
  isObject,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ServerError,
  ValidationError,
} from './errors.js'

/** The error of an answer: its class by status, its sentence and details from the body, whatever shape that has. */
export function errorOf(
  failure: Failure & { status: number },
  body: unknown,
  retryAfterSeconds: number | undefined,
): CaseworkError {
  const { error, details } = isObject(body) ? body : {}
  const known = { ...failure, details: isObject(details) ? { ...details } : undefined }
  const sentence = typeof error === 'string' && error ? error : `Request failed with status ${failure.status}`
  const message = messageOf(failure.status, sentence, known.details)
  if (failure.status === 429)
    return new RateLimitError(message, { ...known, retryAfterSeconds: retryAfterSeconds ?? 1 })
  if (failure.status >= 500) return new ServerError(message, { ...known, retryAfterSeconds })
  return new (classes[failure.status] ?? CaseworkError)(message, known)
}

const classes: Record<number, new (message: string, failure: Failure) => CaseworkError> = {
  400: ValidationError,
  401: AuthenticationError,
  403: PermissionError,
  404: NotFoundError,
  409: ConflictError,
  422: ValidationError,
}

const mostFieldsNamed = 10

/** The sentence, and what it is about: the fields at fault or what is missing. Never what was sent. */
function messageOf(status: number, sentence: string, details: Record<string, unknown> = {}): string {
  const { fields, requiredScope, requiredRole, requiredPlan } = details
  const missing = requiredScope ?? requiredRole ?? requiredPlan
  if (status === 403 && typeof missing === 'string') return `${sentence}: ${missing}`
  if (!isObject(fields)) return sentence
  const faults = Object.entries(fields).map(([name, fault]) =>
    isObject(fault) && typeof fault.message === 'string' ? `${name}: ${fault.message}` : name,
  )
  if (faults.length === 0) return sentence
  const more = faults.length - mostFieldsNamed
  return `${status} ${faults.slice(0, mostFieldsNamed).join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}
