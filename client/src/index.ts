import type * as api from './generated/api.js'
import { segment } from './listing.js'
import { bareList, creator, doer, getter, pagedList, remover, updater } from './resources.js'
import { type Options, transport } from './transport.js'

export { isSigned, signatureOf, type Vouched } from '../../src/domain/signature.js'

export * from './errors.js'

export type * from './generated/api.js'
export type { Listing } from './listing.js'
export type { RateLimit } from './pacing.js'
export type { ChangeOptions, PostOptions } from './resources.js'
export type { LogEntry, Options } from './transport.js'

/**
 * A client of the Casework API with the good habits built in: it paces itself below the rate limit, retries what may
 * be retried and nothing else, and never does a POST twice.
 *
 * @example
 * const casework = new Casework({ baseUrl: 'https://casework.example.com', apiKey: process.env.CASEWORK_KEY })
 * const { reference } = await casework.cases.create({ residentName: 'Alex', summary: 'Pothole' })
 */
export class Casework {
  /** Who the key belongs to, and its limit. */
  readonly me: () => Promise<api.Me>
  readonly cases: ReturnType<typeof casesOf>
  readonly events: ReturnType<typeof eventsOf>
  readonly news: ReturnType<typeof newsOf>
  readonly wards: ReturnType<typeof wardsOf>
  readonly categories: ReturnType<typeof categoriesOf>
  readonly users: ReturnType<typeof usersOf>
  readonly submissions: ReturnType<typeof submissionsOf>
  readonly reports: ReturnType<typeof reportsOf>
  readonly keys: ReturnType<typeof keysOf>
  readonly audit: ReturnType<typeof auditOf>

  constructor(options: Options) {
    const send = transport(options)
    this.me = async () => (await send<api.Me>({ method: 'GET', path: '/api/me' })).body
    this.cases = casesOf(send)
    this.events = eventsOf(send)
    this.news = newsOf(send)
    this.wards = wardsOf(send)
    this.categories = categoriesOf(send)
    this.users = usersOf(send)
    this.submissions = submissionsOf(send)
    this.reports = reportsOf(send)
    this.keys = keysOf(send)
    this.audit = auditOf(send)
  }
}

type Send = ReturnType<typeof transport>

const casesOf = (send: Send) => ({
  list: pagedList<api.ListCasesQuery, api.CaseList, api.CaseSummary>(
    send,
    '/api/cases',
    (body) => body.cases,
    ({ pagination }) => pagination,
  ),
  get: getter<api.Case>(send, '/api/cases'),
  create: creator<api.NewCase, api.Case>(send, '/api/cases'),
  update: updater<api.CaseChanges, api.Case>(send, '/api/cases'),
  addNote: doer<api.NewNote, api.TimelineEntry>(send, '/api/cases', 'notes'),
  /** Up to 5,000 cases, newest first. */
  export: async (query: Omit<api.ExportCasesQuery, 'format'> = {}): Promise<api.CaseExport> =>
    (await send<api.CaseExport>({ method: 'GET', path: '/api/cases/export', query })).body,
})

const eventsOf = (send: Send) => ({
  list: bareList<api.ListEventsQuery, api.Event>(send, '/api/events'),
  get: getter<api.Event>(send, '/api/events'),
  create: creator<api.NewEvent, api.Event>(send, '/api/events'),
  update: updater<api.EventChanges, api.Event>(send, '/api/events'),
  delete: remover(send, '/api/events'),
  approve: creator<api.Approval, api.Approved>(send, '/api/events/approve'),
})

const newsOf = (send: Send) => ({
  list: bareList<api.ListNewsQuery, api.News>(send, '/api/news'),
  get: getter<api.News>(send, '/api/news'),
  create: creator<api.NewNews, api.News>(send, '/api/news'),
  update: updater<api.NewsChanges, api.News>(send, '/api/news'),
  delete: remover(send, '/api/news'),
  approve: creator<api.Approval, api.Approved>(send, '/api/news/approve'),
})

const wardsOf = (send: Send) => ({
  list: bareList<api.ListWardsQuery, api.Ward>(send, '/api/wards'),
  get: getter<api.Ward>(send, '/api/wards'),
  create: creator<api.NewWard, api.Ward>(send, '/api/wards'),
  update: updater<api.WardChanges, api.Ward>(send, '/api/wards'),
  /** Every enabled ward with its case counts. */
  export: async (): Promise<api.WardExport> =>
    (await send<api.WardExport>({ method: 'GET', path: '/api/wards/export' })).body,
})

const categoriesOf = (send: Send) => ({
  list: bareList<api.ListCategoriesQuery, api.Category>(send, '/api/categories'),
  get: getter<api.Category>(send, '/api/categories'),
  create: creator<api.NewCategory, api.Category>(send, '/api/categories'),
  update: updater<api.CategoryChanges, api.Category>(send, '/api/categories'),
})

const usersOf = (send: Send) => ({
  list: bareList<api.ListUsersQuery, api.User>(send, '/api/users'),
  get: getter<api.User>(send, '/api/users'),
  create: creator<api.NewUser, api.User>(send, '/api/users'),
  update: updater<api.UserChanges, api.ChangedUser>(send, '/api/users'),
})

const submissionsOf = (send: Send) => ({
  list: pagedList<api.ListSubmissionsQuery, api.SubmissionList, api.Submission>(
    send,
    '/api/submissions',
    (body) => body.submissions,
    ({ pagination }) => pagination,
  ),
  get: getter<api.Submission>(send, '/api/submissions'),
  update: updater<api.SubmissionChanges, api.Submission>(send, '/api/submissions'),
  /** Makes a case of a resident's message. */
  convert: doer<api.Conversion, api.Case>(send, '/api/submissions', 'convert'),
})

const reportsOf = (send: Send) => ({
  public: async (query: api.GetPublicReportQuery = {}): Promise<api.Report> =>
    (await send<api.Report>({ method: 'GET', path: '/api/reports/public', query })).body,
})

const keysOf = (send: Send) => ({
  list: bareList<api.ListKeysQuery, api.Key>(send, '/api/keys'),
  /** The key is in the answer, once. Never sent again by itself: a lost answer means a lost key, so list and revoke. */
  create: async (body: api.NewKey): Promise<api.MadeKey> =>
    (await send<api.MadeKey>({ method: 'POST', path: '/api/keys', body, replayable: false })).body,
  rotate: async (id: string, body?: api.Rotation): Promise<api.MadeKey> => {
    const path = `/api/keys/${segment(id)}/rotate`
    return (await send<api.MadeKey>({ method: 'POST', path, body, replayable: false })).body
  },
  revoke: remover(send, '/api/keys'),
  usage: async (id: string): Promise<api.Usage> =>
    (await send<api.Usage>({ method: 'GET', path: `/api/keys/${segment(id)}/usage` })).body,
})

const auditOf = (send: Send) => ({
  list: pagedList<api.ListAuditQuery, api.AuditList, api.AuditEntry>(
    send,
    '/api/audit',
    (body) => body.entries,
    (body) => body,
  ),
})
