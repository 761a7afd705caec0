import type * as api from './generated/api.js'
import { segment } from './listing.js'
import type { CallOptions, PostOptions } from './options.js'
import { type Pending, pending } from './pending.js'
import type { Send } from './transport.js'
import { bareList, creator, csvReader, doer, getter, pagedList, pathTo, reader, remover, updater } from './verbs.js'

/** Residents' cases. */
export const casesOf = (send: Send) => ({
  /** Lists cases, newest first unless `sort` or `search` says otherwise. Await it for one page, or walk it for all. */
  list: pagedList<api.ListCasesQuery, api.CaseList, api.CaseSummary>(
    send,
    '/api/cases',
    (body) => body.cases,
    ({ pagination }) => pagination,
  ),
  /** Gets one case with its timeline. Throws `NotFoundError` if it does not exist or is not visible to the key. */
  get: getter<api.Case>(send, '/api/cases'),
  /** Creates a case. Set your own `externalId` to find it again, and `idempotencyKey` to be safe across restarts. */
  create: creator<api.NewCase, api.Case>(send, '/api/cases'),
  /** Changes the given fields of a case; `null` clears one. With `ifMatch` a stale change throws `ConflictError`. */
  update: updater<api.CaseChanges, api.Case>(send, '/api/cases'),
  /** Adds a note to a case's timeline. */
  addNote: doer<[body: api.NewNote], api.TimelineEntry>(send, '/api/cases', 'notes'),
  /** Up to 5,000 cases, newest first, without residents' details. */
  export: reader<Omit<api.ExportCasesQuery, 'format'>, api.CaseExport>(send, '/api/cases/export'),
  /** The same as CSV, as text with a header line. */
  exportCsv: csvReader<Omit<api.ExportCasesQuery, 'format'>>(send, '/api/cases/export'),
})

/** Community events. */
export const eventsOf = (send: Send) => ({
  /** Lists events, drafts included. Await it for one page, or walk it for all. */
  list: bareList<api.ListEventsQuery, api.Event>(send, '/api/events'),
  /** Gets one event. */
  get: getter<api.Event>(send, '/api/events'),
  /** Creates an event as a draft; `approve` publishes it. */
  create: creator<api.NewEvent, api.Event>(send, '/api/events'),
  /** Changes the given fields of an event; `null` clears one. */
  update: updater<api.EventChanges, api.Event>(send, '/api/events'),
  /** Deletes an event for good. */
  delete: remover<api.Deleted>(send, '/api/events'),
  /** Publishes up to 100 events; already published ones are counted too. */
  approve: creator<api.Approval, api.Approved>(send, '/api/events/approve'),
})

/** News articles. */
export const newsOf = (send: Send) => ({
  /** Lists news, drafts included. Await it for one page, or walk it for all. */
  list: bareList<api.ListNewsQuery, api.News>(send, '/api/news'),
  /** Gets one article. */
  get: getter<api.News>(send, '/api/news'),
  /** Creates an article as a draft; `approve` publishes it. */
  create: creator<api.NewNews, api.News>(send, '/api/news'),
  /** Changes the given fields of an article; `null` clears one. */
  update: updater<api.NewsChanges, api.News>(send, '/api/news'),
  /** Deletes an article for good. */
  delete: remover<api.Deleted>(send, '/api/news'),
  /** Publishes articles; already published ones are counted too. */
  approve: creator<api.Approval, api.Approved>(send, '/api/news/approve'),
})

/** Wards. */
export const wardsOf = (send: Send) => ({
  /** Lists wards. Await it for one page, or walk it for all. */
  list: bareList<api.ListWardsQuery, api.Ward>(send, '/api/wards'),
  /** Gets one ward. */
  get: getter<api.Ward>(send, '/api/wards'),
  /** Creates a ward. Throws `ConflictError` if its name is already in use, in any case. */
  create: creator<api.NewWard, api.Ward>(send, '/api/wards'),
  /** Changes the given fields of a ward; `null` clears one. */
  update: updater<api.WardChanges, api.Ward>(send, '/api/wards'),
  /** Every enabled ward with its case counts. */
  export: reader<Record<never, never>, api.WardExport>(send, '/api/wards/export'),
  /** The same as CSV, as text with a header line. */
  exportCsv: csvReader<Record<never, never>>(send, '/api/wards/export'),
})

/** Categories of cases. */
export const categoriesOf = (send: Send) => ({
  /** Lists categories. Await it for one page, or walk it for all. */
  list: bareList<api.ListCategoriesQuery, api.Category>(send, '/api/categories'),
  /** Gets one category. */
  get: getter<api.Category>(send, '/api/categories'),
  /** Creates a category. Throws `ConflictError` if its name is already in use, in any case. */
  create: creator<api.NewCategory, api.Category>(send, '/api/categories'),
  /** Changes the given fields of a category. */
  update: updater<api.CategoryChanges, api.Category>(send, '/api/categories'),
})

/** The tenant's users. */
export const usersOf = (send: Send) => ({
  /** Lists users. Await it for one page, or walk it for all. */
  list: bareList<api.ListUsersQuery, api.User>(send, '/api/users'),
  /** Gets one user. */
  get: getter<api.User>(send, '/api/users'),
  /** Creates a user. Throws `ConflictError` if the email is already in use. */
  create: creator<api.NewUser, api.User>(send, '/api/users'),
  /** Changes the given fields of a user. */
  update: updater<api.UserChanges, api.User>(send, '/api/users'),
})

/** Messages from the contact form. */
export const submissionsOf = (send: Send) => ({
  /** Lists residents' messages, newest first. Await it for one page, or walk it for all. */
  list: pagedList<api.ListSubmissionsQuery, api.SubmissionList, api.Submission>(
    send,
    '/api/submissions',
    (body) => body.submissions,
    ({ pagination }) => pagination,
  ),
  /** Gets one message. */
  get: getter<api.Submission>(send, '/api/submissions'),
  /** Changes a message's status to spam, dismissed or new. */
  update: updater<api.SubmissionChanges, api.Submission>(send, '/api/submissions'),
  /** Converts a resident's message to a case. Throws `ConflictError` the second time. */
  convert: doer<[body?: api.Conversion], api.Case>(send, '/api/submissions', 'convert'),
})

/** Figures. */
export const reportsOf = (send: Send) => ({
  /** Totals by status, ward, category and month, fit to be published: small crossed counts are withheld. */
  public: reader<api.GetPublicReportQuery, api.Report>(send, '/api/reports/public'),
})

const onceOnly = { idempotencyKey: null }

/** API keys. */
export const keysOf = (send: Send) => ({
  /** Lists keys, never their text. Await it for one page, or walk it for all. */
  list: bareList<api.ListKeysQuery, api.Key>(send, '/api/keys'),
  /** Creates a key, shown once in the answer. Never retried: a lost answer means a lost key, so list and revoke it. */
  create: (body: api.NewKey, options?: CallOptions): Pending<api.MadeKey> =>
    pending(send, () => ({ method: 'POST', path: '/api/keys', body, options: { ...options, ...onceOnly } })),
  /** Changes a key, from its next request on: never beyond your own, and limits only downwards. */
  update: updater<api.KeyChanges, api.Key>(send, '/api/keys'),
  /** Creates a key's successor, shown once in the answer; the old one works for `graceSeconds`. Never retried. */
  rotate: (id: string, body?: api.Rotation, options?: CallOptions): Pending<api.MadeKey> => {
    const make = { method: 'POST', body, options: { ...options, ...onceOnly } } as const
    return pending(send, () => ({ ...make, path: pathTo('/api/keys', id, 'rotate') }))
  },
  /** Revokes a key and its whole family immediately. */
  revoke: remover<api.Revoked>(send, '/api/keys'),
  /** Revokes the client's own key and its whole family, whatever the key may do: from then on every call throws. */
  revokeCurrent: (options?: CallOptions): Pending<api.Revoked> =>
    pending(send, () => ({ method: 'DELETE', path: '/api/keys/current', options })),
  /** Daily usage of a key. */
  usage: getter<api.Usage>(send, '/api/keys', 'usage'),
})

/** Webhooks: where changes are sent to as they happen. */
export const webhooksOf = (send: Send) => ({
  /** Lists the webhooks, at most 20, without their secrets. */
  list: (options?: CallOptions): Pending<api.Webhook[]> =>
    pending(send, () => ({ method: 'GET', path: '/api/webhooks', options })),
  /** Gets one webhook. */
  get: getter<api.Webhook>(send, '/api/webhooks'),
  /** Creates a webhook; its secret is shown once in the answer. Never retried. */
  create: (body: api.NewWebhook, options?: CallOptions): Pending<api.MadeWebhook> =>
    pending(send, () => ({ method: 'POST', path: '/api/webhooks', body, options: { ...options, ...onceOnly } })),
  /** Changes the given fields of a webhook; `enabled: true` starts a disabled one again. */
  update: updater<api.WebhookChanges, api.Webhook>(send, '/api/webhooks'),
  /** Deletes a webhook for good. */
  delete: remover<api.DeletedWebhook>(send, '/api/webhooks'),
  /** Makes a new secret, shown once in the answer; the old one signs too for `graceSeconds`. Never retried. */
  rotateSecret: (id: string, body?: api.SecretRotation, options?: CallOptions): Pending<api.MadeWebhook> => {
    const make = { method: 'POST', body, options: { ...options, ...onceOnly } } as const
    return pending(send, () => ({ ...make, path: pathTo('/api/webhooks', id, 'rotate-secret') }))
  },
  /** Sends a `webhook_test` now and reports what came of it. */
  test: (id: string, options?: PostOptions): Pending<api.WebhookTest> =>
    pending(send, () => ({ method: 'POST', path: pathTo('/api/webhooks', id, 'test'), options })),
  /** Sends again what happened from a change or a time on. */
  replay: doer<[body: api.ReplayRequest], api.Replayed>(send, '/api/webhooks', 'replay'),
  /** Lists a webhook's attempts, newest first. Await it for one page, or walk it for all. */
  deliveries: (id: string, query?: api.ListWebhookDeliveriesQuery, options?: CallOptions) =>
    pagedList<api.ListWebhookDeliveriesQuery, api.DeliveryList, api.Delivery>(
      send,
      pathTo('/api/webhooks', id, 'deliveries'),
      (body) => body.deliveries,
      (body) => body,
    )(query, options),
})

/** The audit list. */
export const auditOf = (send: Send) => ({
  /** Lists the entries, newest first. Await it for one page, or walk it for all. */
  list: pagedList<api.ListAuditQuery, api.AuditList, api.AuditEntry>(
    send,
    '/api/audit',
    (body) => body.entries,
    (body) => body,
  ),
})

/** The disclosure log. */
export const disclosuresOf = (send: Send) => ({
  /** Lists which key was given which resident's data on which day, latest first. Await it for one page, or walk it for all. */
  list: pagedList<api.ListDisclosuresQuery, api.DisclosureList, api.Disclosure>(
    send,
    '/api/disclosures',
    (body) => body.disclosures,
    (body) => body,
  ),
})

/** The log of changes: what has changed, for keeping a copy in step. */
export const changesOf = (send: Send) => ({
  /** One stretch of the log, oldest first. Throws `ValidationError` where changes after `after` are no longer kept. */
  list: reader<api.ListChangesQuery, api.ChangeList>(send, '/api/changes'),
  /**
   * Every stretch of the log up to its end. Keep each one's `next` once you have dealt with its changes, and begin with it
   * the next time. A stretch may be empty, and its `next` counts all the same.
   *
   * @example
   * for await (const { changes, next } of client.changes.follow({ after })) {
   *   for (const { target } of changes) await refresh(target)
   *   await keep(next)
   * }
   */
  async *follow(query: api.ListChangesQuery = {}, options?: CallOptions): AsyncGenerator<api.ChangeList, void, void> {
    for (let { after } = query; ; ) {
      const asked = { method: 'GET', path: '/api/changes', query: { ...query, after }, options } as const
      const { data } = await send<api.ChangeList>(asked)
      if (data.next === after) return
      yield data
      after = data.next
    }
  },
})

/** Public routes, without a key; five requests an hour from one address. */
export const publicApiOf = (send: Send) => ({
  /** Sends a resident's message to a tenant, named by its slug. */
  contact: (tenant: string, body: api.Contact, options?: PostOptions): Pending<api.ContactAnswer> =>
    pending(send, () => ({ method: 'POST', path: `/api/public/${segment(tenant)}/contact`, body, options })),
  /** Finds the wards and councillors of a postcode; without one, all wards of the tenant. */
  wards: (tenant: string, query?: api.FindPublicWardsQuery, options?: CallOptions): Pending<api.PublicWards> =>
    pending(send, () => ({ method: 'GET', path: `/api/public/${segment(tenant)}/wards`, query, options })),
})
