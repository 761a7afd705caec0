import type * as api from './generated/api.js'
import type { CallOptions, Options, RequestOptions } from './options.js'
import { type Pending, pending } from './pending.js'
import type { Method } from './request.js'
import {
  auditOf,
  casesOf,
  categoriesOf,
  changesOf,
  disclosuresOf,
  eventsOf,
  keysOf,
  newsOf,
  publicApiOf,
  reportsOf,
  submissionsOf,
  usersOf,
  wardsOf,
  webhooksOf,
} from './resources.js'
import { transport } from './transport.js'

export { isSigned, signatureOf, type Vouched } from '../../src/domain/signature.js'
export type { Answered } from './attempt.js'
export {
  AuthenticationError,
  CaseworkError,
  type ConflictDetails,
  ConflictError,
  ConnectionError,
  type CurrentVersion,
  type Existing,
  type Failure,
  type FieldFault,
  NotFoundError,
  type PermissionDetails,
  PermissionError,
  type Plan,
  RateLimitError,
  type Role,
  type Scope,
  ServerError,
  TimeoutError,
  type ValidationDetails,
  ValidationError,
} from './errors.js'
export type * from './generated/api.js'
export type { Listing } from './listing.js'
export type {
  CallOptions,
  ChangeOptions,
  FailedAttempt,
  LogEntry,
  Match,
  Options,
  PacingWait,
  PostOptions,
  RequestOptions,
} from './options.js'
export type { Pending } from './pending.js'
export type { Method } from './request.js'
export { verifyWebhook, type WebhookHeaders, WebhookVerificationError } from './webhooks.js'
export type { RateLimit } from './window.js'

/**
 * A client of the Casework API with the good habits built in: it paces itself below the rate limit, retries what may
 * be retried and nothing else, and never does a POST twice. The key is `apiKey`, or else the environment variable
 * `CASEWORK_API_KEY`.
 *
 * @example
 * const casework = new Casework({ baseUrl: 'https://casework.example.com' })
 * const { reference } = await casework.cases.create({ residentName: 'Ada Example', summary: 'Pothole' })
 */
export class Casework {
  /** Residents' cases, their notes and their export. */
  readonly cases: ReturnType<typeof casesOf>
  /** Community events. */
  readonly events: ReturnType<typeof eventsOf>
  /** News articles. */
  readonly news: ReturnType<typeof newsOf>
  /** Wards. */
  readonly wards: ReturnType<typeof wardsOf>
  /** Categories of cases. */
  readonly categories: ReturnType<typeof categoriesOf>
  /** The tenant's users. */
  readonly users: ReturnType<typeof usersOf>
  /** Messages from the contact form. */
  readonly submissions: ReturnType<typeof submissionsOf>
  /** Figures. */
  readonly reports: ReturnType<typeof reportsOf>
  /** API keys. */
  readonly keys: ReturnType<typeof keysOf>
  /** Webhooks: where changes are sent to as they happen. */
  readonly webhooks: ReturnType<typeof webhooksOf>
  /** The audit list. */
  readonly audit: ReturnType<typeof auditOf>
  /** The disclosure log: who was given residents' data. */
  readonly disclosures: ReturnType<typeof disclosuresOf>
  /** The log of changes, for keeping a copy in step. */
  readonly changes: ReturnType<typeof changesOf>
  /** The public routes, which need no key. */
  readonly publicApi: ReturnType<typeof publicApiOf>
  /** The key's owner and limit. */
  readonly me: (options?: CallOptions) => Pending<api.Me>
  /** Checks that the gateway is up; needs no key and counts towards no limit. */
  readonly health: (options?: CallOptions) => Pending<api.Health>
  /** Asks for any path, with the same pacing, retries and errors. A POST has an idempotency key; `null` sends none. */
  readonly request: <T = unknown>(method: Method, path: string, options?: RequestOptions) => Pending<T>

  /** Throws a `TypeError` for a `baseUrl` or `apiKey` that is missing or cannot be one. */
  constructor(options: Options) {
    const send = transport(options)
    this.cases = casesOf(send)
    this.events = eventsOf(send)
    this.news = newsOf(send)
    this.wards = wardsOf(send)
    this.categories = categoriesOf(send)
    this.users = usersOf(send)
    this.submissions = submissionsOf(send)
    this.reports = reportsOf(send)
    this.keys = keysOf(send)
    this.webhooks = webhooksOf(send)
    this.audit = auditOf(send)
    this.disclosures = disclosuresOf(send)
    this.changes = changesOf(send)
    this.publicApi = publicApiOf(send)
    this.me = (options) => pending(send, () => ({ method: 'GET', path: '/api/me', options }))
    this.health = (options) => pending(send, () => ({ method: 'GET', path: '/healthz', options }))
    this.request = (method, path, { query, body, ...options } = {}) =>
      pending(send, () => ({ method, path, query, body, options }))
  }
}
