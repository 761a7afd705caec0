import type * as api from './generated/api.js'

/** Details of a failed request. */
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
  override readonly name: string = 'CaseworkError'
  /** The HTTP status; undefined where no answer came. */
  readonly status: number | undefined
  /** Quote it when you ask for support. */
  readonly requestId: string | undefined
  readonly details: Record<string, unknown> | undefined
  readonly method: string
  /** The path without its query. */
  readonly path: string

  constructor(message: string, { method, path, status, requestId, details, cause }: Failure) {
    super(message, cause === undefined ? undefined : { cause })
    this.status = status
    this.requestId = requestId
    this.details = details
    this.method = method
    this.path = path
  }
}

/** 401: the key is missing, wrong, expired or revoked. Do not retry: put a valid key in place. */
export class AuthenticationError extends CaseworkError {
  override readonly name: string = 'AuthenticationError'
}

/** 403: the role, a scope or the plan does not allow it. Do not retry: ask an admin for what is missing. */
export class PermissionError extends CaseworkError {
  override readonly name: string = 'PermissionError'
  declare readonly details: PermissionDetails | undefined

  /** The scope that the key lacks. */
  get requiredScope(): Scope | undefined {
    return this.details?.requiredScope
  }

  /** The least role that may do this. */
  get requiredRole(): Role | undefined {
    return this.details?.requiredRole
  }

  /** The least plan that has this. */
  get requiredPlan(): Plan | undefined {
    return this.details?.requiredPlan
  }
}

export type Scope = api.Me['key']['scopes'][number]
export type Role = api.Me['user']['role']
export type Plan = api.Me['tenant']['plan']

/** `details` of a 403: one of them. */
export type PermissionDetails = {
  requiredScope?: Scope
  requiredRole?: Role
  requiredPlan?: Plan
  [more: string]: unknown
}

/** 404: it does not exist, or not for this key. Do not retry: check the id. */
export class NotFoundError extends CaseworkError {
  override readonly name: string = 'NotFoundError'
}

/** 409: it changed since you read it, or it is a duplicate. Read it again, check the current state, and decide again. */
export class ConflictError extends CaseworkError {
  override readonly name: string = 'ConflictError'
  declare readonly details: ConflictDetails | undefined

  /** The current version, if yours was stale. */
  get current(): CurrentVersion | undefined {
    return isObject(this.details?.current) ? this.details.current : undefined
  }

  /** The existing item that yours would duplicate, if you can see it. */
  get existing(): Existing | undefined {
    return isObject(this.details?.existing) ? this.details.existing : undefined
  }
}

export interface CurrentVersion {
  version: number
  /** ISO 8601. */
  updatedAt: string
}

export interface Existing {
  id: string
  /** Of a case. */
  reference?: string
}

/** `details` of a 409. */
export type ConflictDetails = { current?: CurrentVersion; existing?: Existing; [more: string]: unknown }

/** 400 or 422: something about the request is wrong. Do not retry: fix the fields in `fields`. */
export class ValidationError extends CaseworkError {
  override readonly name: string = 'ValidationError'
  declare readonly details: ValidationDetails | undefined

  /** Errors by field: a code for programs and a message for people. */
  get fields(): Record<string, FieldFault> {
    const fields = this.details?.fields
    return isObject(fields) ? { ...fields } : {}
  }
}

/** Error of one field, such as `{ code: 'required', message: 'Required' }`. Never contains its value. */
export interface FieldFault {
  code: string
  message: string
}

/** `details` of a 400 or 422. */
export type ValidationDetails = { fields?: Record<string, FieldFault>; [more: string]: unknown }

/**
 * 429, after every retry, or before anything was sent (`status` is undefined then): the limit is used up. Queue the
 * request and send it again later; nothing is gained by trying harder.
 */
export class RateLimitError extends CaseworkError {
  override readonly name: string = 'RateLimitError'
  /** Seconds after which one request will be admitted. */
  readonly retryAfterSeconds: number

  constructor(message: string, failure: Failure & { retryAfterSeconds: number }) {
    super(message, failure)
    this.retryAfterSeconds = failure.retryAfterSeconds
  }
}

/** 5xx, after every retry. A POST without an idempotency key may have been done: check with a GET before repeating it. */
export class ServerError extends CaseworkError {
  override readonly name: string = 'ServerError'
  /** Seconds to wait, where the server says. */
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, failure: Failure & { retryAfterSeconds?: number | undefined }) {
    super(message, failure)
    this.retryAfterSeconds = failure.retryAfterSeconds
  }
}

/** No answer came: the network, DNS or TLS failed, after every retry. The request may have been done. */
export class ConnectionError extends CaseworkError {
  override readonly name: string = 'ConnectionError'
}

/** No answer came within `timeoutMs`, after every retry. The request may have been done. */
export class TimeoutError extends ConnectionError {
  override readonly name: string = 'TimeoutError'
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
