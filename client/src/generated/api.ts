// GENERATED from /openapi.json by `npm run client:types`. DO NOT EDIT: change the schemas in src/routes and run it.

export type WebhookMessage =
  | CaseCreatedMessage
  | CaseStatusChangedMessage
  | CaseResolvedMessage
  | CaseClosedMessage
  | CaseNoteAddedMessage
  | CaseUpdatedMessage
  | CaseArchivedMessage
  | ContactSubmittedMessage
  | SubmissionUpdatedMessage
  | NewsPublishedMessage
  | NewsUpdatedMessage
  | NewsDeletedMessage
  | EventPublishedMessage
  | EventUpdatedMessage
  | EventDeletedMessage
  | WardUpdatedMessage
  | CouncillorProfileUpdatedMessage
  | WebhookTestMessage

export interface Me {
  tenant: {
    /**
     * Opaque id.
     */
    id: string
    slug: string
    name: string
    plan: 'free' | 'pro' | 'team' | 'council'
  }
  user: {
    /**
     * Opaque id.
     */
    id: string
    name: string
    role: 'caseworker' | 'councillor' | 'manager' | 'admin'
  }
  key: {
    /**
     * Opaque id.
     */
    id: string
    prefix: string
    name: string | null
    scopes: (
      | 'cases:read'
      | 'cases:write'
      | 'wards:read'
      | 'wards:write'
      | 'categories:read'
      | 'users:read'
      | 'events:read'
      | 'events:write'
      | 'news:read'
      | 'news:write'
      | 'submissions:read'
      | 'submissions:write'
      | 'reports:read'
      | 'keys:read'
      | 'keys:write'
      | 'audit:read'
      | 'settings:write'
      | 'webhooks:read'
      | 'webhooks:write'
    )[]
    /**
     * ISO 8601, UTC, with milliseconds.
     */
    expiresAt: string | null
    /**
     * The addresses that it may be used from; null for any.
     */
    allowedAddresses: string[] | null
  }
  limit: {
    requests: number
    windowSeconds: number
  }
}
export interface CaseList {
  cases: CaseSummary[]
  pagination: Pagination
  /**
   * Present if `search` was used.
   */
  searchActive?: true | undefined
  /**
   * Only so many matches of the search, the newest, are ranked, sorted, filtered and counted: there are more.
   */
  rankedAmong?: number | undefined
  /**
   * Present if the matches come newest first where they should come by relevance: in a database that has taken in more than 300,000 cases, a search for more than three words is not ranked.
   */
  unranked?: true | undefined
}
export interface CaseSummary {
  /**
   * Opaque id.
   */
  id: string
  /**
   * Numbered per tenant and year.
   */
  reference: string
  internalRef: string | null
  /**
   * Your own id for it, unique within the tenant.
   */
  externalId: string | null
  status: 'open' | 'in_progress' | 'resolved' | 'closed'
  residentName: string
  residentEmail: string | null
  residentPhone: string | null
  residentAddress: string | null
  /**
   * Without a space.
   */
  residentPostcode: string | null
  summary: string
  sourceChannel: 'email' | 'phone' | 'letter' | 'in_person' | 'surgery' | 'social_media' | 'web_form' | 'api' | 'other'
  archived: boolean
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  updatedAt: string
  category: Ref | null
  ward: Ref | null
  assignee: Assignee | null
  /**
   * Incremented on every change.
   */
  version: number
}
export interface Ref {
  /**
   * Opaque id.
   */
  id: string
  name: string
}
export interface Assignee {
  /**
   * Opaque id.
   */
  id: string
  name: string
  role: 'caseworker' | 'councillor' | 'manager' | 'admin'
}
export interface Pagination {
  page: number
  pageSize: number
  /**
   * Matching rows. With filters other than `status`, those among the first 10,000 rows that are looked at; for a search, those among its newest 8,000 matches.
   */
  total: number
  totalPages: number
  /**
   * Counting stopped: there may be more rows than `total`.
   */
  totalCapped?: true | undefined
  /**
   * The page ends early, and may be empty: few of the rows that one call looks at match. `nextCursor` goes on with the rest.
   */
  partial?: true | undefined
  /**
   * Pass it as `cursor` to get the next rows; null at the end.
   */
  nextCursor: string | null
}
export interface CaseExport {
  cases: ExportedCase[]
  /**
   * Rows in this export.
   */
  total: number
  /**
   * Pass it as `cursor`, with the same filters, to export what is left; null at the end.
   */
  nextCursor: string | null
}
export interface ExportedCase {
  /**
   * Opaque id.
   */
  id: string
  reference: string
  status: 'open' | 'in_progress' | 'resolved' | 'closed'
  summary: string
  publicThemes: string | null
  ward: Ref | null
  category: Ref | null
  sourceChannel: 'email' | 'phone' | 'letter' | 'in_person' | 'surgery' | 'social_media' | 'web_form' | 'api' | 'other'
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  updatedAt: string
}
export interface Case {
  /**
   * Opaque id.
   */
  id: string
  /**
   * Numbered per tenant and year.
   */
  reference: string
  internalRef: string | null
  /**
   * Your own id for it, unique within the tenant.
   */
  externalId: string | null
  status: 'open' | 'in_progress' | 'resolved' | 'closed'
  residentName: string
  residentEmail: string | null
  residentPhone: string | null
  residentAddress: string | null
  /**
   * Without a space.
   */
  residentPostcode: string | null
  summary: string
  sourceChannel: 'email' | 'phone' | 'letter' | 'in_person' | 'surgery' | 'social_media' | 'web_form' | 'api' | 'other'
  archived: boolean
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  updatedAt: string
  category: Ref | null
  ward: Ref | null
  assignee: Assignee | null
  /**
   * Incremented on every change.
   */
  version: number
  description: string | null
  wardId: string | null
  categoryId: string | null
  assigneeId: string | null
  highlightedForPublic: boolean
  publicSummary: string | null
  publicThemes: string | null
  /**
   * The latest entries, oldest first: at most 200, and at most 1 MiB.
   */
  timeline: TimelineEntry[]
  /**
   * Earlier entries exist and are omitted.
   */
  timelineTruncated?: true | undefined
}
export interface TimelineEntry {
  /**
   * Opaque id.
   */
  id: string
  type: 'created' | 'status_changed' | 'assigned' | 'note' | 'updated' | 'archived' | 'unarchived'
  body: string | null
  fromStatus: 'open' | 'in_progress' | 'resolved' | 'closed' | null
  toStatus: 'open' | 'in_progress' | 'resolved' | 'closed' | null
  actor: Ref
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
}
export interface NewCase {
  /**
   * The resident’s name.
   */
  residentName: string
  /**
   * A one-line summary.
   */
  summary: string
  /**
   * Your own reference.
   */
  internalRef?: string | null | undefined
  /**
   * Your own id for it, unique within the tenant.
   */
  externalId?: string | null | undefined
  status?: 'open' | 'in_progress' | 'resolved' | 'closed' | null | undefined
  /**
   * Email address, kept as typed.
   */
  residentEmail?: string | null | undefined
  /**
   * Phone number, kept as typed.
   */
  residentPhone?: string | null | undefined
  /**
   * Postal address.
   */
  residentAddress?: string | null | undefined
  /**
   * UK postcode, stored without a space.
   */
  residentPostcode?: string | null | undefined
  /**
   * The full description.
   */
  description?: string | null | undefined
  sourceChannel?:
    'email' | 'phone' | 'letter' | 'in_person' | 'surgery' | 'social_media' | 'web_form' | 'api' | 'other' | null
  /**
   * An enabled category.
   */
  categoryId?: string | null | undefined
  /**
   * An enabled ward.
   */
  wardId?: string | null | undefined
  /**
   * An enabled user. Only managers and admins may assign somebody else or nobody.
   */
  assigneeId?: string | null | undefined
  highlightedForPublic?: boolean | null | undefined
  /**
   * A summary for the public.
   */
  publicSummary?: string | null | undefined
  /**
   * Themes for the public.
   */
  publicThemes?: string | null | undefined
}
export interface CaseChanges {
  /**
   * The resident’s name.
   */
  residentName?: string | undefined
  /**
   * A one-line summary.
   */
  summary?: string | undefined
  /**
   * Your own reference.
   */
  internalRef?: string | null | undefined
  /**
   * Your own id for it, unique within the tenant.
   */
  externalId?: string | null | undefined
  status?: 'open' | 'in_progress' | 'resolved' | 'closed' | null | undefined
  /**
   * Email address, kept as typed.
   */
  residentEmail?: string | null | undefined
  /**
   * Phone number, kept as typed.
   */
  residentPhone?: string | null | undefined
  /**
   * Postal address.
   */
  residentAddress?: string | null | undefined
  /**
   * UK postcode, stored without a space.
   */
  residentPostcode?: string | null | undefined
  /**
   * The full description.
   */
  description?: string | null | undefined
  sourceChannel?:
    'email' | 'phone' | 'letter' | 'in_person' | 'surgery' | 'social_media' | 'web_form' | 'api' | 'other' | null
  /**
   * An enabled category.
   */
  categoryId?: string | null | undefined
  /**
   * An enabled ward.
   */
  wardId?: string | null | undefined
  /**
   * An enabled user. Only managers and admins may assign somebody else or nobody.
   */
  assigneeId?: string | null | undefined
  highlightedForPublic?: boolean | null | undefined
  /**
   * A summary for the public.
   */
  publicSummary?: string | null | undefined
  /**
   * Themes for the public.
   */
  publicThemes?: string | null | undefined
  archived?: boolean | null | undefined
  /**
   * The version you last read; 409 if it has changed.
   */
  version?: number | null | undefined
}
export interface NewNote {
  /**
   * The note.
   */
  body: string
}
export interface Event {
  /**
   * Opaque id.
   */
  id: string
  /**
   * Opaque id.
   */
  tenantId: string
  /**
   * Your own id, unique within the tenant.
   */
  externalId: string | null
  title: string
  /**
   * Its source.
   */
  source: string | null
  approved: boolean
  /**
   * When it was approved; null for a draft.
   */
  publishedAt: string | null
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  updatedAt: string
  createdBy: Ref
  /**
   * Incremented on every change.
   */
  version: number
  description: string | null
  type: 'council' | 'area' | 'surgery' | 'consultation' | 'community' | 'other'
  location: string | null
  postcode: string | null
  wardId: string | null
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  startsAt: string
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  endsAt: string | null
  url: string | null
}
export interface Approved {
  /**
   * The number of these that are now approved.
   */
  approved: number
}
export interface Approval {
  /**
   * 1 to 100 ids.
   *
   * @minItems 1
   * @maxItems 100
   */
  ids: string[]
}
export interface NewEvent {
  /**
   * The title.
   */
  title: string
  /**
   * When it starts; 422 if in the past at creation.
   */
  startsAt: string
  /**
   * The description.
   */
  description?: string | null | undefined
  type?: 'council' | 'area' | 'surgery' | 'consultation' | 'community' | 'other' | null | undefined
  /**
   * The venue.
   */
  location?: string | null | undefined
  /**
   * UK postcode, stored without a space.
   */
  postcode?: string | null | undefined
  /**
   * An enabled ward.
   */
  wardId?: string | null | undefined
  /**
   * When it ends; 422 if before the start.
   */
  endsAt?: string | null | undefined
  /**
   * A web page about it: `http` or `https`, normalised by the URL Standard.
   */
  url?: string | null | undefined
  /**
   * Your own id, unique within the tenant.
   */
  externalId?: string | null | undefined
  /**
   * Its source.
   */
  source?: string | null | undefined
}
export interface EventChanges {
  /**
   * The title.
   */
  title?: string | undefined
  /**
   * When it starts; 422 if in the past at creation.
   */
  startsAt?: string | undefined
  /**
   * The description.
   */
  description?: string | null | undefined
  type?: 'council' | 'area' | 'surgery' | 'consultation' | 'community' | 'other' | null | undefined
  /**
   * The venue.
   */
  location?: string | null | undefined
  /**
   * UK postcode, stored without a space.
   */
  postcode?: string | null | undefined
  /**
   * An enabled ward.
   */
  wardId?: string | null | undefined
  /**
   * When it ends; 422 if before the start.
   */
  endsAt?: string | null | undefined
  /**
   * A web page about it: `http` or `https`, normalised by the URL Standard.
   */
  url?: string | null | undefined
  /**
   * Your own id, unique within the tenant.
   */
  externalId?: string | null | undefined
  /**
   * Its source.
   */
  source?: string | null | undefined
  /**
   * The version you last read; 409 if it has changed.
   */
  version?: number | null | undefined
}
export interface Deleted {
  success: true
}
export interface News {
  /**
   * Opaque id.
   */
  id: string
  /**
   * Opaque id.
   */
  tenantId: string
  /**
   * Your own id, unique within the tenant.
   */
  externalId: string | null
  title: string
  /**
   * Its source.
   */
  source: string | null
  approved: boolean
  /**
   * When it was approved; null for a draft.
   */
  publishedAt: string | null
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  updatedAt: string
  createdBy: Ref
  /**
   * Incremented on every change.
   */
  version: number
  body: string
}
export interface NewNews {
  /**
   * The headline.
   */
  title: string
  /**
   * The article.
   */
  body: string
  /**
   * Your own id, unique within the tenant.
   */
  externalId?: string | null | undefined
  /**
   * Its source.
   */
  source?: string | null | undefined
}
export interface NewsChanges {
  /**
   * The headline.
   */
  title?: string | undefined
  /**
   * The article.
   */
  body?: string | undefined
  /**
   * Your own id, unique within the tenant.
   */
  externalId?: string | null | undefined
  /**
   * Its source.
   */
  source?: string | null | undefined
  /**
   * The version you last read; 409 if it has changed.
   */
  version?: number | null | undefined
}
export interface Ward {
  /**
   * Opaque id.
   */
  id: string
  /**
   * Opaque id.
   */
  tenantId: string
  name: string
  boundaryDescription: string | null
  councilTier:
    'county' | 'district' | 'unitary' | 'metropolitan' | 'london_borough' | 'parish' | 'town' | 'community' | null
  /**
   * Degrees north, −90 to 90.
   */
  latitude: number | null
  /**
   * Degrees east, −180 to 180.
   */
  longitude: number | null
  /**
   * Whether cases, events and residents can select it.
   */
  enabled: boolean
  /**
   * GSS code.
   */
  code: string | null
  /**
   * Its councillors’ user ids, ascending.
   *
   * Items: Opaque id.
   */
  councillorIds: string[]
  /**
   * Incremented on every change.
   */
  version: number
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  updatedAt: string
}
export interface NewWard {
  /**
   * Unique within the tenant, ignoring case and spacing.
   */
  name: string
  /**
   * A description of the boundary.
   */
  boundaryDescription?: string | null | undefined
  /**
   * Kind of council.
   */
  councilTier?:
    'county' | 'district' | 'unitary' | 'metropolitan' | 'london_borough' | 'parish' | 'town' | 'community' | null
  /**
   * Degrees north, −90 to 90.
   */
  latitude?: number | null | undefined
  /**
   * Degrees east, −180 to 180.
   */
  longitude?: number | null | undefined
  /**
   * Whether cases, events and residents can select it.
   */
  enabled?: boolean | null | undefined
  /**
   * GSS code, which links postcodes to the ward.
   */
  code?: string | null | undefined
  /**
   * At most 20 enabled users. Replaces the whole list; null clears it.
   *
   * @maxItems 20
   */
  councillorIds?: string[] | null | undefined
}
export interface WardExport {
  wards: ExportedWard[]
  /**
   * Rows in this export.
   */
  total: number
}
export interface ExportedWard {
  /**
   * Opaque id.
   */
  id: string
  name: string
  /**
   * GSS code.
   */
  code: string | null
  councilTier:
    'county' | 'district' | 'unitary' | 'metropolitan' | 'london_borough' | 'parish' | 'town' | 'community' | null
  /**
   * Cases in the ward that the caller can see, including archived ones.
   */
  cases: number
}
export interface WardChanges {
  /**
   * Unique within the tenant, ignoring case and spacing.
   */
  name?: string | undefined
  /**
   * A description of the boundary.
   */
  boundaryDescription?: string | null | undefined
  /**
   * Kind of council.
   */
  councilTier?:
    'county' | 'district' | 'unitary' | 'metropolitan' | 'london_borough' | 'parish' | 'town' | 'community' | null
  /**
   * Degrees north, −90 to 90.
   */
  latitude?: number | null | undefined
  /**
   * Degrees east, −180 to 180.
   */
  longitude?: number | null | undefined
  /**
   * Whether cases, events and residents can select it.
   */
  enabled?: boolean | null | undefined
  /**
   * GSS code, which links postcodes to the ward.
   */
  code?: string | null | undefined
  /**
   * At most 20 enabled users. Replaces the whole list; null clears it.
   *
   * @maxItems 20
   */
  councillorIds?: string[] | null | undefined
  /**
   * The version you last read; 409 if it has changed.
   */
  version?: number | null | undefined
}
export interface Category {
  /**
   * Opaque id.
   */
  id: string
  name: string
  /**
   * Whether cases and residents can select it.
   */
  enabled: boolean
  /**
   * Position in the list, 0 to 10,000; ties are sorted A–Z.
   */
  sortOrder: number
  /**
   * Incremented on every change.
   */
  version: number
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  updatedAt: string
}
export interface NewCategory {
  /**
   * Unique within the tenant, ignoring case and spacing.
   */
  name: string
  /**
   * Whether cases and residents can select it.
   */
  enabled?: boolean | null | undefined
  /**
   * Position in the list, 0 to 10,000; ties are sorted A–Z.
   */
  sortOrder?: number | null | undefined
}
export interface CategoryChanges {
  /**
   * Unique within the tenant, ignoring case and spacing.
   */
  name?: string | undefined
  /**
   * Whether cases and residents can select it.
   */
  enabled?: boolean | null | undefined
  /**
   * Position in the list, 0 to 10,000; ties are sorted A–Z.
   */
  sortOrder?: number | null | undefined
  /**
   * The version you last read; 409 if it has changed.
   */
  version?: number | null | undefined
}
export interface User {
  /**
   * Opaque id.
   */
  id: string
  name: string
  email: string
  role: 'caseworker' | 'councillor' | 'manager' | 'admin'
  /**
   * Keys of a disabled user are rejected.
   */
  enabled: boolean
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * Overrides the tenant’s plan for this user’s keys until it expires.
   */
  planOverride: 'free' | 'pro' | 'team' | 'council' | null
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  planOverrideExpiresAt: string | null
  planOverrideReason: string | null
  /**
   * Incremented on every change.
   */
  version: number
}
export interface NewUser {
  /**
   * Their name.
   */
  name: string
  /**
   * Unique within the tenant, ignoring case; kept as typed.
   */
  email: string
  /**
   * Determines what their keys may do.
   */
  role: 'caseworker' | 'councillor' | 'manager' | 'admin'
  /**
   * Keys of a disabled user are rejected from the next request on.
   */
  enabled?: boolean | null | undefined
}
export interface ChangedUser {
  /**
   * Opaque id.
   */
  id: string
  name: string
  email: string
  role: 'caseworker' | 'councillor' | 'manager' | 'admin'
  /**
   * Keys of a disabled user are rejected.
   */
  enabled: boolean
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * Overrides the tenant’s plan for this user’s keys until it expires.
   */
  planOverride: 'free' | 'pro' | 'team' | 'council' | null
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  planOverrideExpiresAt: string | null
  planOverrideReason: string | null
  /**
   * Incremented on every change.
   */
  version: number
  /**
   * The number of their keys that are neither revoked nor expired; changing `role` or `enabled` affects them.
   */
  liveKeys: number
}
export interface UserChanges {
  /**
   * Their name.
   */
  name?: string | undefined
  /**
   * Unique within the tenant, ignoring case; kept as typed.
   */
  email?: string | undefined
  /**
   * Determines what their keys may do.
   */
  role?: 'caseworker' | 'councillor' | 'manager' | 'admin' | undefined
  /**
   * Keys of a disabled user are rejected from the next request on.
   */
  enabled?: boolean | null | undefined
  /**
   * The version you last read; 409 if it has changed.
   */
  version?: number | null | undefined
}
export interface Key {
  /**
   * Opaque id.
   */
  id: string
  /**
   * Shared by a key and all its replacements.
   */
  familyId: string
  /**
   * The first characters of the key.
   */
  prefix: string
  /**
   * The key’s purpose.
   */
  name: string | null
  /**
   * The user it belongs to.
   */
  userId: string
  /**
   * The role of its user.
   */
  role: 'caseworker' | 'councillor' | 'manager' | 'admin'
  /**
   * What it may do.
   */
  scopes: (
    | 'cases:read'
    | 'cases:write'
    | 'wards:read'
    | 'wards:write'
    | 'categories:read'
    | 'users:read'
    | 'events:read'
    | 'events:write'
    | 'news:read'
    | 'news:write'
    | 'submissions:read'
    | 'submissions:write'
    | 'reports:read'
    | 'keys:read'
    | 'keys:write'
    | 'audit:read'
    | 'settings:write'
    | 'webhooks:read'
    | 'webhooks:write'
  )[]
  /**
   * Requests allowed in any window-length interval.
   */
  limit: number
  /**
   * The length of the window in seconds.
   */
  windowSeconds: number
  /**
   * When it expires; null for never.
   */
  expiresAt: string | null
  /**
   * The addresses that it may be used from; null for any.
   */
  allowedAddresses: string[] | null
  /**
   * When it was revoked; null if it was not.
   */
  revokedAt: string | null
  /**
   * When a key of its family was last admitted.
   */
  lastUsedAt: string | null
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
}
export interface MadeKey {
  /**
   * The key itself, shown only once.
   */
  key: string
  /**
   * Opaque id.
   */
  id: string
  /**
   * Shared by a key and all its replacements.
   */
  familyId: string
  /**
   * The first characters of the key.
   */
  prefix: string
  /**
   * The key’s purpose.
   */
  name: string | null
  /**
   * The user it belongs to.
   */
  userId: string
  /**
   * The role of its user.
   */
  role: 'caseworker' | 'councillor' | 'manager' | 'admin'
  /**
   * What it may do.
   */
  scopes: (
    | 'cases:read'
    | 'cases:write'
    | 'wards:read'
    | 'wards:write'
    | 'categories:read'
    | 'users:read'
    | 'events:read'
    | 'events:write'
    | 'news:read'
    | 'news:write'
    | 'submissions:read'
    | 'submissions:write'
    | 'reports:read'
    | 'keys:read'
    | 'keys:write'
    | 'audit:read'
    | 'settings:write'
    | 'webhooks:read'
    | 'webhooks:write'
  )[]
  /**
   * Requests allowed in any window-length interval.
   */
  limit: number
  /**
   * The length of the window in seconds.
   */
  windowSeconds: number
  /**
   * When it expires; null for never.
   */
  expiresAt: string | null
  /**
   * The addresses that it may be used from; null for any.
   */
  allowedAddresses: string[] | null
  /**
   * When it was revoked; null if it was not.
   */
  revokedAt: string | null
  /**
   * When a key of its family was last admitted.
   */
  lastUsedAt: string | null
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
}
export interface NewKey {
  /**
   * The key’s purpose.
   */
  name: string
  /**
   * What it may do; only scopes that your own key has.
   *
   * @minItems 1
   * @maxItems 100
   */
  scopes: (
    | 'cases:read'
    | 'cases:write'
    | 'wards:read'
    | 'wards:write'
    | 'categories:read'
    | 'users:read'
    | 'events:read'
    | 'events:write'
    | 'news:read'
    | 'news:write'
    | 'submissions:read'
    | 'submissions:write'
    | 'reports:read'
    | 'keys:read'
    | 'keys:write'
    | 'audit:read'
    | 'settings:write'
    | 'webhooks:read'
    | 'webhooks:write'
  )[]
  /**
   * Creates the key for this role's service user; use instead of `userId`.
   */
  role?: 'caseworker' | 'councillor' | 'manager' | 'admin' | null | undefined
  /**
   * Creates the key for this enabled user; use instead of `role`.
   */
  userId?: string | null | undefined
  /**
   * When it expires: no later than your own key. Null is with your own key, or never if yours does not expire; so is a new key without it.
   */
  expiresAt?: string | null | undefined
  /**
   * Requests per window; at most the deployment's default.
   */
  limit?: number | null | undefined
  /**
   * Seconds per window; at least the deployment's default.
   */
  windowSeconds?: number | null | undefined
  /**
   * IPv4 and IPv6 addresses and CIDR ranges that it may be used from: from anywhere else it is invalid (401). Bits beyond the prefix length must be zero. If your own key has such a list, each must lie within it, and the list is the default.
   *
   * @minItems 1
   * @maxItems 20
   */
  allowedAddresses?: string[] | null | undefined
}
export interface KeyChanges {
  /**
   * The key’s purpose.
   */
  name?: string | null | undefined
  /**
   * What it may do; only scopes that your own key has.
   *
   * @minItems 1
   * @maxItems 100
   */
  scopes?: undefined | (
    | 'cases:read'
    | 'cases:write'
    | 'wards:read'
    | 'wards:write'
    | 'categories:read'
    | 'users:read'
    | 'events:read'
    | 'events:write'
    | 'news:read'
    | 'news:write'
    | 'submissions:read'
    | 'submissions:write'
    | 'reports:read'
    | 'keys:read'
    | 'keys:write'
    | 'audit:read'
    | 'settings:write'
    | 'webhooks:read'
    | 'webhooks:write'
  )[]
  /**
   * When it expires: no later than your own key. Null is with your own key, or never if yours does not expire; so is a new key without it.
   */
  expiresAt?: string | null | undefined
  /**
   * Requests per window; at most it has now.
   */
  limit?: number | null | undefined
  /**
   * Seconds per window; at least it has now.
   */
  windowSeconds?: number | null | undefined
  /**
   * IPv4 and IPv6 addresses and CIDR ranges that it may be used from: from anywhere else it is invalid (401). Bits beyond the prefix length must be zero. If your own key has such a list, each must lie within it, and the list is the default.
   *
   * @minItems 1
   * @maxItems 20
   */
  allowedAddresses?: string[] | null | undefined
}
export interface Rotation {
  /**
   * How long the older keys keep working; 3600 if absent. With 0 they end at once: if the response is lost, a key that rotated itself is locked out.
   */
  graceSeconds?: number | null | undefined
}
export interface Revoked {
  success: true
}
export interface Usage {
  /**
   * The last 30 days, today last.
   */
  days: {
    /**
     * A day, UTC.
     */
    date: string
    /**
     * Admitted requests.
     */
    requests: number
  }[]
  /**
   * Requests admitted since the family was created.
   */
  total: number
  /**
   * When a key of the family was last admitted.
   */
  lastUsedAt: string | null
}
export interface Webhook {
  /**
   * Opaque id.
   */
  id: string
  url: string
  description: string | null
  events: (
    | 'case_created'
    | 'case_status_changed'
    | 'case_resolved'
    | 'case_closed'
    | 'case_note_added'
    | 'case_updated'
    | 'case_archived'
    | 'contact_submitted'
    | 'submission_updated'
    | 'news_published'
    | 'news_updated'
    | 'news_deleted'
    | 'event_published'
    | 'event_updated'
    | 'event_deleted'
    | 'ward_updated'
    | 'councillor_profile_updated'
  )[]
  /**
   * `full` sends the main fields of what it is about, as they are when it is sent; `thin` only its id.
   */
  payload: 'full' | 'thin'
  enabled: boolean
  /**
   * `manual`, `gone` after a 410, or `failing` after five days in which nothing got through.
   */
  disabledReason: 'manual' | 'gone' | 'failing' | null
  /**
   * The `sequence` of the last change that is done with.
   */
  cursor: number
  /**
   * Messages still to be sent, among the next 1,000 changes.
   */
  pending: number
  /**
   * Since when nothing has got through; null if all is well.
   */
  failingSince: string | null
  /**
   * When a failed message is tried again.
   */
  nextAttemptAt: string | null
  /**
   * HTTP status of the last attempt, if any.
   */
  lastStatus: number | null
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  lastSuccessAt: string | null
  /**
   * Incremented on every change.
   */
  version: number
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  updatedAt: string
}
export interface MadeWebhook {
  /**
   * What signs its messages, shown only once.
   */
  secret: string
  /**
   * Opaque id.
   */
  id: string
  url: string
  description: string | null
  events: (
    | 'case_created'
    | 'case_status_changed'
    | 'case_resolved'
    | 'case_closed'
    | 'case_note_added'
    | 'case_updated'
    | 'case_archived'
    | 'contact_submitted'
    | 'submission_updated'
    | 'news_published'
    | 'news_updated'
    | 'news_deleted'
    | 'event_published'
    | 'event_updated'
    | 'event_deleted'
    | 'ward_updated'
    | 'councillor_profile_updated'
  )[]
  /**
   * `full` sends the main fields of what it is about, as they are when it is sent; `thin` only its id.
   */
  payload: 'full' | 'thin'
  enabled: boolean
  /**
   * `manual`, `gone` after a 410, or `failing` after five days in which nothing got through.
   */
  disabledReason: 'manual' | 'gone' | 'failing' | null
  /**
   * The `sequence` of the last change that is done with.
   */
  cursor: number
  /**
   * Messages still to be sent, among the next 1,000 changes.
   */
  pending: number
  /**
   * Since when nothing has got through; null if all is well.
   */
  failingSince: string | null
  /**
   * When a failed message is tried again.
   */
  nextAttemptAt: string | null
  /**
   * HTTP status of the last attempt, if any.
   */
  lastStatus: number | null
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  lastSuccessAt: string | null
  /**
   * Incremented on every change.
   */
  version: number
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  updatedAt: string
}
export interface NewWebhook {
  /**
   * Where to: https, port 443, a public host name. Redirects are not followed.
   */
  url: string
  /**
   * What to send.
   *
   * @minItems 1
   * @maxItems 100
   */
  events: (
    | 'case_created'
    | 'case_status_changed'
    | 'case_resolved'
    | 'case_closed'
    | 'case_note_added'
    | 'case_updated'
    | 'case_archived'
    | 'contact_submitted'
    | 'submission_updated'
    | 'news_published'
    | 'news_updated'
    | 'news_deleted'
    | 'event_published'
    | 'event_updated'
    | 'event_deleted'
    | 'ward_updated'
    | 'councillor_profile_updated'
  )[]
  /**
   * What it is for.
   */
  description?: string | null | undefined
  /**
   * `full` sends the main fields of what it is about, as they are when it is sent; `thin` only its id.
   */
  payload?: 'full' | 'thin' | null | undefined
}
export interface WebhookChanges {
  /**
   * Where to: https, port 443, a public host name. Redirects are not followed.
   */
  url?: string | undefined
  /**
   * What to send.
   *
   * @minItems 1
   * @maxItems 100
   */
  events?: undefined | (
    | 'case_created'
    | 'case_status_changed'
    | 'case_resolved'
    | 'case_closed'
    | 'case_note_added'
    | 'case_updated'
    | 'case_archived'
    | 'contact_submitted'
    | 'submission_updated'
    | 'news_published'
    | 'news_updated'
    | 'news_deleted'
    | 'event_published'
    | 'event_updated'
    | 'event_deleted'
    | 'ward_updated'
    | 'councillor_profile_updated'
  )[]
  /**
   * What it is for.
   */
  description?: string | null | undefined
  /**
   * `full` sends the main fields of what it is about, as they are when it is sent; `thin` only its id.
   */
  payload?: 'full' | 'thin' | null | undefined
  /**
   * `false` stops it, `true` starts it again.
   */
  enabled?: boolean | null | undefined
  /**
   * With `enabled: true`: send what has come in the meantime (`pending`, the default) or skip it (`now`).
   */
  resume?: 'pending' | 'now' | null | undefined
  /**
   * The version you last read; 409 if it has changed.
   */
  version?: number | null | undefined
}
export interface DeletedWebhook {
  success: true
}
export interface SecretRotation {
  /**
   * How long the old secret signs too; 86400 if absent.
   */
  graceSeconds?: number | null | undefined
}
export interface WebhookTest {
  /**
   * `delivered` 2xx · `refused` other 4xx · `failed` 408, 425, 429 and 5xx · `redirected` 3xx · `timeout` · `unreachable` no answer · `gone` 410.
   */
  outcome: 'delivered' | 'refused' | 'failed' | 'redirected' | 'timeout' | 'unreachable' | 'gone'
  /**
   * HTTP status, if one came.
   */
  status: number | null
  /**
   * Duration in milliseconds.
   */
  ms: number
}
export interface Replayed {
  /**
   * What comes after it is sent again.
   */
  cursor: number
}
export interface ReplayRequest {
  /**
   * The first change to send again.
   */
  sequence?: number | null | undefined
  /**
   * Send again what has happened since.
   */
  since?: string | null | undefined
}
export interface DeliveryList {
  deliveries: Delivery[]
  /**
   * Pass it as `cursor` to get the next page; null at the end.
   */
  nextCursor: string | null
}
export interface Delivery {
  /**
   * The attempt’s id: `X-Casework-Delivery`.
   */
  id: string
  /**
   * The change; null for a test.
   */
  sequence: number | null
  event:
    | 'case_created'
    | 'case_status_changed'
    | 'case_resolved'
    | 'case_closed'
    | 'case_note_added'
    | 'case_updated'
    | 'case_archived'
    | 'contact_submitted'
    | 'submission_updated'
    | 'news_published'
    | 'news_updated'
    | 'news_deleted'
    | 'event_published'
    | 'event_updated'
    | 'event_deleted'
    | 'ward_updated'
    | 'councillor_profile_updated'
    | 'webhook_test'
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  at: string
  /**
   * `delivered` 2xx · `refused` other 4xx · `failed` 408, 425, 429 and 5xx · `redirected` 3xx · `timeout` · `unreachable` no answer · `gone` 410.
   */
  outcome: 'delivered' | 'refused' | 'failed' | 'redirected' | 'timeout' | 'unreachable' | 'gone'
  /**
   * HTTP status, if one came.
   */
  status: number | null
  /**
   * Duration in milliseconds.
   */
  ms: number
  /**
   * True for a test.
   */
  manual: boolean
}
export interface AuditList {
  entries: AuditEntry[]
  /**
   * Pass it as `cursor` to get the next page; null at the end.
   */
  nextCursor: string | null
  /**
   * The page ends early, and may be empty: few of the 10,000 entries that one call looks at match. `nextCursor` goes on with the rest.
   */
  partial?: true | undefined
}
export interface AuditEntry {
  /**
   * Opaque id.
   */
  id: string
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  at: string
  /**
   * Opaque id.
   */
  keyId: string | null
  /**
   * Opaque id.
   */
  userId: string | null
  /**
   * The action and its kind of target.
   */
  action: string
  /**
   * The kind of target.
   */
  targetType: string
  /**
   * Opaque id.
   */
  targetId: string
  /**
   * The `X-Request-Id` of the request.
   */
  requestId: string | null
}
export interface DisclosureList {
  disclosures: Disclosure[]
  /**
   * Pass it as `cursor` to get the next page; null at the end.
   */
  nextCursor: string | null
  /**
   * The page ends early, and may be empty: few of the 10,000 disclosures, or for a case the 200 days, that one call looks at match. `nextCursor` goes on with the rest.
   */
  partial?: true | undefined
}
export interface Disclosure {
  /**
   * The day, UTC.
   */
  day: string
  /**
   * Opaque id.
   */
  keyId: string
  /**
   * Opaque id.
   */
  userId: string
  target: {
    /**
     * What holds the resident’s data.
     */
    type: 'case' | 'submission'
    /**
     * Opaque id.
     */
    id: string
  }
}
export interface ChangeList {
  changes: Change[]
  /**
   * Pass it as `after` to go on. The same as `after` where nothing new has come.
   */
  next: number
  /**
   * The number of the oldest change kept; null before the first.
   */
  oldest: number | null
}
export interface Change {
  /**
   * Counted per tenant, without gaps.
   */
  sequence: number
  /**
   * The id of the change.
   */
  id: string
  /**
   * What has happened.
   */
  event:
    | 'case_created'
    | 'case_status_changed'
    | 'case_resolved'
    | 'case_closed'
    | 'case_note_added'
    | 'case_updated'
    | 'case_archived'
    | 'contact_submitted'
    | 'submission_updated'
    | 'news_published'
    | 'news_updated'
    | 'news_deleted'
    | 'event_published'
    | 'event_updated'
    | 'event_deleted'
    | 'ward_updated'
    | 'councillor_profile_updated'
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  at: string
  /**
   * The thing that has changed. A deleted one is no longer there.
   */
  target: {
    type: 'case' | 'submission' | 'news' | 'event' | 'ward' | 'user'
    /**
     * Opaque id.
     */
    id: string
    /**
     * Of cases and submissions.
     */
    reference?: string | undefined
  }
}
export interface SubmissionList {
  submissions: Submission[]
  pagination: Pagination
}
export interface Submission {
  /**
   * Opaque id.
   */
  id: string
  /**
   * The reference on the resident’s receipt.
   */
  reference: string
  status: 'new' | 'converted' | 'spam' | 'dismissed'
  name: string
  email: string | null
  phone: string | null
  address: string | null
  /**
   * Without a space.
   */
  postcode: string | null
  ward: Ref | null
  category: Ref | null
  message: string
  /**
   * Why it was marked as spam on arrival; usually empty.
   */
  spamReasons: string[]
  /**
   * The case it was converted to; also null if you cannot see it.
   */
  caseId: string | null
  /**
   * Incremented on every change.
   */
  version: number
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  updatedAt: string
}
export interface SubmissionChanges {
  status: 'new' | 'spam' | 'dismissed'
  /**
   * The version you last read; 409 if it has changed.
   */
  version?: number | null | undefined
}
export interface Conversion {
  /**
   * A one-line summary; the message’s first line if absent.
   */
  summary?: string | null | undefined
  /**
   * The full description; the message if absent.
   */
  description?: string | null | undefined
  /**
   * An enabled category; the submission’s own if absent.
   */
  categoryId?: string | null | undefined
  /**
   * An enabled ward; the submission’s own if absent.
   */
  wardId?: string | null | undefined
  /**
   * An enabled user. Only managers and admins may assign somebody else or nobody.
   */
  assigneeId?: string | null | undefined
  /**
   * Your own reference.
   */
  internalRef?: string | null | undefined
  /**
   * Your own id for the case, unique within the tenant.
   */
  externalId?: string | null | undefined
}
export interface Report {
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  generatedAt: string
  /**
   * Null if withheld.
   */
  total: number | null
  byStatus: {
    /**
     * Null if withheld.
     */
    open: number | null
    /**
     * Null if withheld.
     */
    in_progress: number | null
    /**
     * Null if withheld.
     */
    resolved: number | null
    /**
     * Null if withheld.
     */
    closed: number | null
  }
  /**
   * Wards with cases, by name; null for cases without a ward.
   */
  byWard: {
    ward: Ref | null
    /**
     * Null if withheld.
     */
    count: number | null
  }[]
  /**
   * Categories with cases, by name; null for cases without a category.
   */
  byCategory: {
    category: Ref | null
    /**
     * Null if withheld.
     */
    count: number | null
  }[]
  /**
   * The last 24 months in UTC, including this one, oldest first.
   */
  byMonth: {
    month: string
    /**
     * Null if withheld.
     */
    created: number | null
    /**
     * Null if withheld.
     */
    closed: number | null
  }[]
  /**
   * From creation to resolution or closure; null if there is none or it is withheld. Each time is rounded to a tenth of a day, or to a day from 100 days on, before the median is taken.
   */
  medianDaysToResolve: number | null
  /**
   * Only cases created at or after this time are counted: there were more than 10,000 to count one by one.
   */
  countedFrom?: string | undefined
  /**
   * Some counts are withheld.
   */
  suppressed?: true | undefined
}
export interface ContactAnswer {
  /**
   * Quote this when contacting the office; it grants no access.
   */
  reference: string
  message: string
}
/**
 * Needs an email address, a phone number or both.
 */
export interface Contact {
  /**
   * The sender’s name.
   */
  name: string
  /**
   * Email address, kept as typed.
   */
  email?: string | null | undefined
  /**
   * Phone number, kept as typed.
   */
  phone?: string | null | undefined
  /**
   * UK postcode, stored without a space.
   */
  postcode?: string | null | undefined
  /**
   * Postal address.
   */
  address?: string | null | undefined
  /**
   * An enabled category of the tenant.
   */
  categoryId?: string | null | undefined
  /**
   * An enabled ward of the tenant; looked up from the postcode if absent.
   */
  wardId?: string | null | undefined
  /**
   * The message.
   */
  message: string
  /**
   * The token from Cloudflare Turnstile in the sender’s browser. Used only if the deployment has that check: a message without a valid token is then kept as spam.
   */
  turnstileToken?: string | null | undefined
}
export interface PublicWards {
  /**
   * Without a space; null if no postcode was given.
   */
  postcode: string | null
  wards: {
    /**
     * Opaque id.
     */
    id: string
    name: string
    councillors: {
      name: string
    }[]
  }[]
}
export interface Health {
  status: 'ok'
}
export interface CaseCreatedMessage {
  event: 'case_created'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    reference?: string | undefined
    status?: 'open' | 'in_progress' | 'resolved' | 'closed' | undefined
    residentName?: string | undefined
  }
}
export interface CaseStatusChangedMessage {
  event: 'case_status_changed'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    reference?: string | undefined
    fromStatus?: 'open' | 'in_progress' | 'resolved' | 'closed' | undefined
    toStatus?: 'open' | 'in_progress' | 'resolved' | 'closed' | undefined
  }
}
export interface CaseResolvedMessage {
  event: 'case_resolved'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    reference?: string | undefined
    status?: 'open' | 'in_progress' | 'resolved' | 'closed' | undefined
    residentName?: string | undefined
  }
}
export interface CaseClosedMessage {
  event: 'case_closed'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    reference?: string | undefined
    status?: 'open' | 'in_progress' | 'resolved' | 'closed' | undefined
    residentName?: string | undefined
  }
}
export interface CaseNoteAddedMessage {
  event: 'case_note_added'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    reference?: string | undefined
    status?: 'open' | 'in_progress' | 'resolved' | 'closed' | undefined
    residentName?: string | undefined
  }
}
export interface CaseUpdatedMessage {
  event: 'case_updated'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    reference?: string | undefined
    status?: 'open' | 'in_progress' | 'resolved' | 'closed' | undefined
    residentName?: string | undefined
  }
}
export interface CaseArchivedMessage {
  event: 'case_archived'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    reference?: string | undefined
    status?: 'open' | 'in_progress' | 'resolved' | 'closed' | undefined
    residentName?: string | undefined
  }
}
export interface ContactSubmittedMessage {
  event: 'contact_submitted'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    reference?: string | undefined
    status?: 'new' | 'converted' | 'spam' | 'dismissed' | undefined
    name?: string | undefined
  }
}
export interface SubmissionUpdatedMessage {
  event: 'submission_updated'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    reference?: string | undefined
    status?: 'new' | 'converted' | 'spam' | 'dismissed' | undefined
    name?: string | undefined
  }
}
export interface NewsPublishedMessage {
  event: 'news_published'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    externalId?: string | null | undefined
    title?: string | undefined
    approved?: boolean | undefined
    publishedAt?: string | null | undefined
  }
}
export interface NewsUpdatedMessage {
  event: 'news_updated'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    externalId?: string | null | undefined
    title?: string | undefined
    approved?: boolean | undefined
    publishedAt?: string | null | undefined
  }
}
export interface NewsDeletedMessage {
  event: 'news_deleted'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
  }
}
export interface EventPublishedMessage {
  event: 'event_published'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    externalId?: string | null | undefined
    title?: string | undefined
    approved?: boolean | undefined
    publishedAt?: string | null | undefined
    type?: 'council' | 'area' | 'surgery' | 'consultation' | 'community' | 'other' | undefined
    startsAt?: string | undefined
  }
}
export interface EventUpdatedMessage {
  event: 'event_updated'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    externalId?: string | null | undefined
    title?: string | undefined
    approved?: boolean | undefined
    publishedAt?: string | null | undefined
    type?: 'council' | 'area' | 'surgery' | 'consultation' | 'community' | 'other' | undefined
    startsAt?: string | undefined
  }
}
export interface EventDeletedMessage {
  event: 'event_deleted'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
  }
}
export interface WardUpdatedMessage {
  event: 'ward_updated'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    name?: string | undefined
    code?: string | null | undefined
    enabled?: boolean | undefined
  }
}
export interface CouncillorProfileUpdatedMessage {
  event: 'councillor_profile_updated'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: number
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
    name?: string | undefined
    email?: string | undefined
    role?: 'caseworker' | 'councillor' | 'manager' | 'admin' | undefined
    enabled?: boolean | undefined
  }
}
export interface WebhookTestMessage {
  event: 'webhook_test'
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Its place in the log of changes.
   */
  sequence: null
  /**
   * With the payload `thin`, or once it has been deleted, only the id.
   */
  data: {
    /**
     * The id of what it is about.
     */
    id: string
  }
}
export interface Error {
  /**
   * A message for people.
   */
  error: string
  /**
   * Further details, if any.
   */
  details?: undefined | {
    [k: string]: unknown
  }
}
export interface ListCasesQuery {
  /**
   * One status, or a comma-separated list.
   */
  status?: Case['status'] | readonly Case['status'][] | undefined
  /**
   * Cases in this ward.
   */
  wardId?: string | undefined
  /**
   * Cases in this category.
   */
  categoryId?: string | undefined
  /**
   * Cases assigned to this user; `none` for unassigned cases.
   */
  assigneeId?: string | undefined
  /**
   * Cases from this channel.
   */
  sourceChannel?: 'email' | 'phone' | 'letter' | 'in_person' | 'surgery' | 'social_media' | 'web_form' | 'api' | 'other' | undefined
  /**
   * `true` lists archived cases instead of the others.
   */
  archived?: boolean | undefined
  /**
   * Created at or after this time.
   */
  createdFrom?: string | undefined
  /**
   * Created at or before this time.
   */
  createdTo?: string | undefined
  /**
   * Changed at or after this time. To keep a copy in step, use `/api/changes`.
   */
  updatedSince?: string | undefined
  /**
   * The case with this reference.
   */
  reference?: string | undefined
  /**
   * The case with your own id.
   */
  externalId?: string | undefined
  /**
   * Finds cases that contain every word: at most 10 different words, counting each part (`CW-2026-0042` has three); the last may be the start of a word. Ignores case, accents and letters often typed differently, such as ł, ø or ß; a postcode matches with or without its space. Searches reference, internalRef, externalId, residentName, residentPostcode, summary and description. Only the newest 8,000 cases with these words are ranked, sorted, filtered and counted; `rankedAmong` says so if there are more. More than three words are not ranked where the database has taken in more than 300,000 cases; `unranked` says so.
   */
  search?: string | undefined
  /**
   * Default `-createdAt`; by relevance with `search`.
   */
  sort?: 'createdAt' | '-createdAt' | 'updatedAt' | '-updatedAt' | 'reference' | 'status' | undefined
  /**
   * From 1.
   */
  page?: number | undefined
  /**
   * Rows per page.
   */
  pageSize?: number | undefined
  /**
   * A `nextCursor`; cannot be combined with `page`.
   */
  cursor?: string | undefined
}
export interface ExportCasesQuery {
  /**
   * One status, or a comma-separated list.
   */
  status?: Case['status'] | readonly Case['status'][] | undefined
  /**
   * Cases in this ward.
   */
  wardId?: string | undefined
  /**
   * Cases in this category.
   */
  categoryId?: string | undefined
  /**
   * Cases assigned to this user; `none` for unassigned cases.
   */
  assigneeId?: string | undefined
  /**
   * Cases from this channel.
   */
  sourceChannel?: 'email' | 'phone' | 'letter' | 'in_person' | 'surgery' | 'social_media' | 'web_form' | 'api' | 'other' | undefined
  /**
   * `true` lists archived cases instead of the others.
   */
  archived?: boolean | undefined
  /**
   * Created at or after this time.
   */
  createdFrom?: string | undefined
  /**
   * Created at or before this time.
   */
  createdTo?: string | undefined
  /**
   * Changed at or after this time. To keep a copy in step, use `/api/changes`.
   */
  updatedSince?: string | undefined
  /**
   * The case with this reference.
   */
  reference?: string | undefined
  /**
   * The case with your own id.
   */
  externalId?: string | undefined
  /**
   * Finds cases that contain every word: at most 10 different words, counting each part (`CW-2026-0042` has three); the last may be the start of a word. Ignores case, accents and letters often typed differently, such as ł, ø or ß; a postcode matches with or without its space. Searches reference, internalRef, externalId, residentName, residentPostcode, summary and description. Only the newest 8,000 cases with these words are ranked, sorted, filtered and counted; `rankedAmong` says so if there are more. More than three words are not ranked where the database has taken in more than 300,000 cases; `unranked` says so.
   */
  search?: string | undefined
  /**
   * From the previous call’s `Link: <…>; rel="next"`; keep the other parameters the same.
   */
  cursor?: string | undefined
  /**
   * The format of the export.
   */
  format?: 'csv' | 'json' | undefined
  /**
   * Prefixes CSV with a byte order mark, so that Excel reads it as UTF-8.
   */
  bom?: boolean | undefined
}
export interface ListEventsQuery {
  /**
   * Only approved items, or only drafts; both if absent.
   */
  approved?: boolean | undefined
  /**
   * The item with your own id.
   */
  externalId?: string | undefined
  /**
   * From the previous call’s `Link: <…>; rel="next"`; keep the other parameters the same.
   */
  cursor?: string | undefined
}
export interface ListNewsQuery {
  /**
   * Only approved items, or only drafts; both if absent.
   */
  approved?: boolean | undefined
  /**
   * The item with your own id.
   */
  externalId?: string | undefined
  /**
   * From the previous call’s `Link: <…>; rel="next"`; keep the other parameters the same.
   */
  cursor?: string | undefined
}
export interface ListWardsQuery {
  /**
   * Only enabled or only disabled ones; both if absent.
   */
  enabled?: boolean | undefined
  /**
   * From the previous call’s `Link: <…>; rel="next"`; keep the other parameters the same.
   */
  cursor?: string | undefined
}
export interface ExportWardsQuery {
  /**
   * The format of the export.
   */
  format?: 'csv' | 'json' | undefined
  /**
   * Prefixes CSV with a byte order mark, so that Excel reads it as UTF-8.
   */
  bom?: boolean | undefined
}
export interface ListCategoriesQuery {
  /**
   * Only enabled or only disabled ones; both if absent.
   */
  enabled?: boolean | undefined
  /**
   * From the previous call’s `Link: <…>; rel="next"`; keep the other parameters the same.
   */
  cursor?: string | undefined
}
export interface ListUsersQuery {
  /**
   * Only enabled or only disabled ones; both if absent.
   */
  enabled?: boolean | undefined
  /**
   * From the previous call’s `Link: <…>; rel="next"`; keep the other parameters the same.
   */
  cursor?: string | undefined
}
export interface ListKeysQuery {
  /**
   * From the previous call’s `Link: <…>; rel="next"`; keep the other parameters the same.
   */
  cursor?: string | undefined
}
export interface ListWebhookDeliveriesQuery {
  /**
   * 1 to 100.
   */
  pageSize?: number | undefined
  /**
   * A `nextCursor`.
   */
  cursor?: string | undefined
}
export interface ListAuditQuery {
  /**
   * Only this action.
   */
  action?: string | undefined
  /**
   * Only entries about this kind of target.
   */
  targetType?: string | undefined
  /**
   * Only entries about this target.
   */
  targetId?: string | undefined
  /**
   * Only entries of this user.
   */
  userId?: string | undefined
  /**
   * Only entries of this key.
   */
  keyId?: string | undefined
  /**
   * At or after.
   */
  from?: string | undefined
  /**
   * At or before.
   */
  to?: string | undefined
  /**
   * 1 to 100.
   */
  pageSize?: number | undefined
  /**
   * A `nextCursor`; keep the filters the same.
   */
  cursor?: string | undefined
}
export interface ListDisclosuresQuery {
  /**
   * Only disclosures of this case.
   */
  caseId?: string | undefined
  /**
   * Only what this key was given.
   */
  keyId?: string | undefined
  /**
   * On this day (UTC) or later.
   */
  from?: string | undefined
  /**
   * On this day (UTC) or earlier.
   */
  to?: string | undefined
  /**
   * 1 to 100.
   */
  pageSize?: number | undefined
  /**
   * A `nextCursor`; keep the filters the same.
   */
  cursor?: string | undefined
}
export interface ListChangesQuery {
  /**
   * The `next` of the previous call. Absent: from the oldest change kept.
   */
  after?: number | undefined
  /**
   * One event, or a comma-separated list. Absent: all that the key may read.
   */
  types?: Change['event'] | readonly Change['event'][] | undefined
  /**
   * 1 to 500.
   */
  limit?: number | undefined
}
export interface ListSubmissionsQuery {
  /**
   * Only submissions with this status.
   */
  status?: 'new' | 'converted' | 'spam' | 'dismissed' | undefined
  /**
   * Submissions about this ward.
   */
  wardId?: string | undefined
  /**
   * Submissions in this category.
   */
  categoryId?: string | undefined
  /**
   * Finds submissions by name, email address and postcode: every word, or its beginning, must occur, at most 10 different words. Ignores case, accents and letters often typed differently, such as ł, ø or ß; a postcode matches with or without its space. A phone number finds those with the same number, however it is spaced. A page looks at 5,000 submissions; where it is `partial`, `nextCursor` goes on.
   */
  search?: string | undefined
  /**
   * From 1.
   */
  page?: number | undefined
  /**
   * Rows per page.
   */
  pageSize?: number | undefined
  /**
   * A `nextCursor`; cannot be combined with `page`.
   */
  cursor?: string | undefined
}
export interface GetPublicReportQuery {
  /**
   * Only cases in this ward; small counts are withheld.
   */
  wardId?: string | undefined
  /**
   * Only cases in this category; small counts are withheld.
   */
  categoryId?: string | undefined
  /**
   * Only cases created at or after this time.
   */
  from?: string | undefined
  /**
   * Only cases created at or before this time.
   */
  to?: string | undefined
}
export interface FindPublicWardsQuery {
  /**
   * Only the wards that contain it.
   */
  postcode?: string | undefined
}
