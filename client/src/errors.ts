/** What is known of a request that failed. */
export interface Failure {
  method: string
  path: string
  status?: number | undefined
  requestId?: string | undefined
  details?: Record<string, unknown> | undefined
  cause?: unknown
}

/** Anything that went wrong with a request. Catch this one to catch them all. */
export class CaseworkError extends Error {
  /** The HTTP status; undefined where no answer came. */
  readonly status: number | undefined
  /** Quote it when you ask for help. */
  readonly requestId: string | undefined
  readonly details: Record<string, unknown> | undefined
  readonly method: string
  readonly path: string

  constructor(message: string, { method, path, status, requestId, details, cause }: Failure) {
    super(message, { cause })
    this.name = new.target.name
    this.status = status
    this.requestId = requestId
    this.details = details
    this.method = method
    this.path = path
  }
}

/** 401: the key is missing, wrong, expired or revoked. Do not retry: put a valid key in place. */
export class AuthenticationError extends CaseworkError {}

/** 403: the role, a scope or the plan does not allow it; `details` names which. Do not retry: ask an admin. */
export class PermissionError extends CaseworkError {}

/** 404: it does not exist, or not for this key. Do not retry: check the id. */
export class NotFoundError extends CaseworkError {}

/** 409: it changed since you read it, or it is a duplicate. Read it again, look at `details`, and decide anew. */
export class ConflictError extends CaseworkError {}

/** 400 or 422: something about the request is wrong. Do not retry: mend what `fields` names. */
export class ValidationError extends CaseworkError {
  /** What is wrong, by field: a code for programs and a sentence for people. */
  get fields(): Record<string, { code: string; message: string }> {
    const fields = this.details?.fields
    return typeof fields === 'object' && fields !== null ? { ...fields } : {}
  }
}

/**
 * 429, after every retry: the limit is used up. Queue the request and send it again later; nothing is gained by
 * trying harder.
 */
export class RateLimitError extends CaseworkError {
  /** Seconds after which one request will be admitted. */
  readonly retryAfterSeconds: number

  constructor(message: string, failure: Failure & { retryAfterSeconds: number }) {
    super(message, failure)
    this.retryAfterSeconds = failure.retryAfterSeconds
  }
}

/** 5xx, after every retry. A POST without an idempotency key may have been done: check with a GET before repeating it. */
export class ServerError extends CaseworkError {}

/** No answer came: the network, DNS or TLS failed, after every retry. The request may have been done. */
export class ConnectionError extends CaseworkError {}

/** No answer came within `timeoutMs`, after every retry. The request may have been done. */
export class TimeoutError extends ConnectionError {}

/** The error of an answer: its class by status, its sentence and details from the body, whatever shape that has. */
export function errorOf(
  failure: Failure & { status: number },
  body: unknown,
  retryAfterSeconds: number,
): CaseworkError {
  const { error, details } = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const message = typeof error === 'string' && error ? error : `Request failed with status ${failure.status}`
  const known = { ...failure, details: typeof details === 'object' && details !== null ? { ...details } : undefined }
  if (failure.status === 429) return new RateLimitError(message, { ...known, retryAfterSeconds })
  if (failure.status >= 500) return new ServerError(message, known)
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
