// GENERATED from /openapi.json by `npm run client:types`. DO NOT EDIT: change the schemas in src/routes and run it.

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
   * Present when `search` was given.
   */
  searchActive?: true | undefined
}
export interface CaseSummary {
  /**
   * Opaque id.
   */
  id: string
  /**
   * Counted per tenant and year.
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
   * Rises with every change.
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
   * Rows that match; stops at 10,000 with filters that need counting, and counts the newest 10,000 matches of a search.
   */
  total: number
  totalPages: number
  /**
   * Counting stopped: there may be more rows than `total` says.
   */
  totalCapped?: true | undefined
  /**
   * Give it back as `cursor` for the rows that follow; null at the end.
   */
  nextCursor: string | null
}
export interface CaseExport {
  cases: ExportedCase[]
  /**
   * Rows in this export.
   */
  total: number
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
   * Counted per tenant and year.
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
   * Rises with every change.
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
   * There are earlier entries, which are left out.
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
   * Who it is about.
   */
  residentName: string
  /**
   * One line.
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
   * The whole story.
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
   * An enabled user; another than yourself, or nobody, only as a manager or admin.
   */
  assigneeId?: string | null | undefined
  highlightedForPublic?: boolean | null | undefined
  /**
   * What the public may read.
   */
  publicSummary?: string | null | undefined
  /**
   * Themes for the public.
   */
  publicThemes?: string | null | undefined
}
export interface CaseChanges {
  /**
   * Who it is about.
   */
  residentName?: string | undefined
  /**
   * One line.
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
   * The whole story.
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
   * An enabled user; another than yourself, or nobody, only as a manager or admin.
   */
  assigneeId?: string | null | undefined
  highlightedForPublic?: boolean | null | undefined
  /**
   * What the public may read.
   */
  publicSummary?: string | null | undefined
  /**
   * Themes for the public.
   */
  publicThemes?: string | null | undefined
  archived?: boolean | null | undefined
  /**
   * The version you read; stale is 409.
   */
  version?: number | null | undefined
}
export interface NewNote {
  /**
   * What happened.
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
   * Where it came from.
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
   * Rises with every change.
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
   * How many of them are approved now.
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
   * What it is called.
   */
  title: string
  /**
   * When it starts; in the past at creation is 422.
   */
  startsAt: string
  /**
   * What happens.
   */
  description?: string | null | undefined
  type?: 'council' | 'area' | 'surgery' | 'consultation' | 'community' | 'other' | null | undefined
  /**
   * Where.
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
   * When it ends; before the start is 422.
   */
  endsAt?: string | null | undefined
  /**
   * More about it on the web: `http` or `https`, kept as the URL Standard writes it.
   */
  url?: string | null | undefined
  /**
   * Your own id, unique within the tenant.
   */
  externalId?: string | null | undefined
  /**
   * Where it came from.
   */
  source?: string | null | undefined
}
export interface EventChanges {
  /**
   * What it is called.
   */
  title?: string | undefined
  /**
   * When it starts; in the past at creation is 422.
   */
  startsAt?: string | undefined
  /**
   * What happens.
   */
  description?: string | null | undefined
  type?: 'council' | 'area' | 'surgery' | 'consultation' | 'community' | 'other' | null | undefined
  /**
   * Where.
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
   * When it ends; before the start is 422.
   */
  endsAt?: string | null | undefined
  /**
   * More about it on the web: `http` or `https`, kept as the URL Standard writes it.
   */
  url?: string | null | undefined
  /**
   * Your own id, unique within the tenant.
   */
  externalId?: string | null | undefined
  /**
   * Where it came from.
   */
  source?: string | null | undefined
  /**
   * The version you read; stale is 409.
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
   * Where it came from.
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
   * Rises with every change.
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
   * Where it came from.
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
   * Where it came from.
   */
  source?: string | null | undefined
  /**
   * The version you read; stale is 409.
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
   * Whether cases, events and residents may name it.
   */
  enabled: boolean
  /**
   * GSS code.
   */
  code: string | null
  /**
   * The users who are its councillors, ids ascending.
   *
   * Items: Opaque id.
   */
  councillorIds: string[]
  /**
   * Rises with every change.
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
   * Where the ward lies, for people.
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
   * Whether cases, events and residents may name it.
   */
  enabled?: boolean | null | undefined
  /**
   * GSS code, which links postcodes to the ward.
   */
  code?: string | null | undefined
  /**
   * At most 20 enabled users; replaces all there were, and null leaves none.
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
   * Cases there that the caller sees, archived included.
   */
  cases: number
}
export interface WardChanges {
  /**
   * Unique within the tenant, ignoring case and spacing.
   */
  name?: string | undefined
  /**
   * Where the ward lies, for people.
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
   * Whether cases, events and residents may name it.
   */
  enabled?: boolean | null | undefined
  /**
   * GSS code, which links postcodes to the ward.
   */
  code?: string | null | undefined
  /**
   * At most 20 enabled users; replaces all there were, and null leaves none.
   *
   * @maxItems 20
   */
  councillorIds?: string[] | null | undefined
  /**
   * The version you read; stale is 409.
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
   * Whether cases and residents may name it.
   */
  enabled: boolean
  /**
   * Its place in the list, 0 to 10,000; ties are A–Z.
   */
  sortOrder: number
  /**
   * Rises with every change.
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
   * Whether cases and residents may name it.
   */
  enabled?: boolean | null | undefined
  /**
   * Its place in the list, 0 to 10,000; ties are A–Z.
   */
  sortOrder?: number | null | undefined
}
export interface CategoryChanges {
  /**
   * Unique within the tenant, ignoring case and spacing.
   */
  name?: string | undefined
  /**
   * Whether cases and residents may name it.
   */
  enabled?: boolean | null | undefined
  /**
   * Its place in the list, 0 to 10,000; ties are A–Z.
   */
  sortOrder?: number | null | undefined
  /**
   * The version you read; stale is 409.
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
   * A disabled user’s keys open nothing.
   */
  enabled: boolean
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * Lifts this user’s keys above the tenant’s plan until it ends.
   */
  planOverride: 'free' | 'pro' | 'team' | 'council' | null
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  planOverrideExpiresAt: string | null
  planOverrideReason: string | null
  /**
   * Rises with every change.
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
   * What their keys may do.
   */
  role: 'caseworker' | 'councillor' | 'manager' | 'admin'
  /**
   * A disabled user’s keys open nothing, from the next request on.
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
   * A disabled user’s keys open nothing.
   */
  enabled: boolean
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  createdAt: string
  /**
   * Lifts this user’s keys above the tenant’s plan until it ends.
   */
  planOverride: 'free' | 'pro' | 'team' | 'council' | null
  /**
   * ISO 8601, UTC, with milliseconds.
   */
  planOverrideExpiresAt: string | null
  planOverrideReason: string | null
  /**
   * Rises with every change.
   */
  version: number
  /**
   * How many of their keys are neither revoked nor past their end: a change of `role` or `enabled` takes effect on them.
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
   * What their keys may do.
   */
  role?: 'caseworker' | 'councillor' | 'manager' | 'admin' | undefined
  /**
   * A disabled user’s keys open nothing, from the next request on.
   */
  enabled?: boolean | null | undefined
  /**
   * The version you read; stale is 409.
   */
  version?: number | null | undefined
}
export interface Key {
  /**
   * Opaque id.
   */
  id: string
  /**
   * Shared by a key and those rotated from it.
   */
  familyId: string
  /**
   * How the key begins.
   */
  prefix: string
  /**
   * What it is for.
   */
  name: string | null
  /**
   * Who holds it.
   */
  userId: string
  /**
   * The holder's role.
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
   * Requests allowed in any span of one window.
   */
  limit: number
  /**
   * How long a window is.
   */
  windowSeconds: number
  /**
   * When it ends by itself; null for never.
   */
  expiresAt: string | null
  /**
   * When it was revoked; null while it was not.
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
   * The key itself, shown this once.
   */
  key: string
  /**
   * Opaque id.
   */
  id: string
  /**
   * Shared by a key and those rotated from it.
   */
  familyId: string
  /**
   * How the key begins.
   */
  prefix: string
  /**
   * What it is for.
   */
  name: string | null
  /**
   * Who holds it.
   */
  userId: string
  /**
   * The holder's role.
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
   * Requests allowed in any span of one window.
   */
  limit: number
  /**
   * How long a window is.
   */
  windowSeconds: number
  /**
   * When it ends by itself; null for never.
   */
  expiresAt: string | null
  /**
   * When it was revoked; null while it was not.
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
   * What it is for.
   */
  name: string
  /**
   * What it may do: at most what your own key may.
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
   * Held by this role's service user; instead of `userId`.
   */
  role?: 'caseworker' | 'councillor' | 'manager' | 'admin' | null | undefined
  /**
   * Held by this enabled user; instead of `role`.
   */
  userId?: string | null | undefined
  /**
   * When it ends: no later than your own key. Null or absent for that end, or for never where yours has none.
   */
  expiresAt?: string | null | undefined
  /**
   * Requests in any window, at most the deployment's default.
   */
  limit?: number | null | undefined
  /**
   * Seconds in a window, at least the deployment's default.
   */
  windowSeconds?: number | null | undefined
}
export interface Rotation {
  /**
   * How long the older keys go on working; 3600 if absent. 0 ends them at once: should the answer get lost, a key that rotated itself is locked out.
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
     * How many were admitted.
     */
    requests: number
  }[]
  /**
   * Admitted since the family was made.
   */
  total: number
  /**
   * When a key of the family was last admitted.
   */
  lastUsedAt: string | null
}
export interface AuditList {
  entries: AuditEntry[]
  /**
   * For `cursor`: the page after this; null at the end.
   */
  nextCursor: string | null
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
   * What was done to what.
   */
  action: string
  /**
   * The kind of thing.
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
   * What the resident was told.
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
   * Why it was taken for spam when it came; empty for most.
   */
  spamReasons: string[]
  /**
   * The case that was made of it; null too where you may not see it.
   */
  caseId: string | null
  /**
   * Rises with every change.
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
   * The version you read; stale is 409.
   */
  version?: number | null | undefined
}
export interface Conversion {
  /**
   * One line; the first of the message if absent.
   */
  summary?: string | null | undefined
  /**
   * The whole story; the message if absent.
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
   * An enabled user; another than yourself, or nobody, only as a manager or admin.
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
   * Null where it is withheld.
   */
  total: number | null
  byStatus: {
    /**
     * Null where it is withheld.
     */
    open: number | null
    /**
     * Null where it is withheld.
     */
    in_progress: number | null
    /**
     * Null where it is withheld.
     */
    resolved: number | null
    /**
     * Null where it is withheld.
     */
    closed: number | null
  }
  /**
   * Wards that have any, by name; null: cases without a ward.
   */
  byWard: {
    ward: Ref | null
    /**
     * Null where it is withheld.
     */
    count: number | null
  }[]
  /**
   * Categories that have any, by name; null: cases without one.
   */
  byCategory: {
    category: Ref | null
    /**
     * Null where it is withheld.
     */
    count: number | null
  }[]
  /**
   * The last 24 months in UTC, this one included, oldest first.
   */
  byMonth: {
    month: string
    /**
     * Null where it is withheld.
     */
    created: number | null
    /**
     * Null where it is withheld.
     */
    closed: number | null
  }[]
  /**
   * From creation to being resolved or closed; null where none has been, or it is withheld.
   */
  medianDaysToResolve: number | null
  /**
   * Something is withheld.
   */
  suppressed?: true | undefined
}
export interface ContactAnswer {
  /**
   * To be quoted; it gives access to nothing.
   */
  reference: string
  message: string
}
/**
 * With an email address or a phone number, or both.
 */
export interface Contact {
  /**
   * Who writes.
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
   * An enabled ward of the tenant; found by the postcode if absent.
   */
  wardId?: string | null | undefined
  /**
   * What it is about.
   */
  message: string
  /**
   * What Cloudflare Turnstile gave the sender’s browser. Used only where the deployment has that check: then a message without a valid one is kept as spam.
   */
  turnstileToken?: string | null | undefined
}
export interface PublicWards {
  /**
   * Without a space; null if none was asked for.
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
export interface Error {
  /**
   * A sentence for a person.
   */
  error: string
  /**
   * More, where there is more to say.
   */
  details?: undefined | {
    [k: string]: unknown
  }
}
export interface ListCasesQuery {
  /**
   * One status, or several with commas between.
   */
  status?: Case['status'] | readonly Case['status'][] | undefined
  /**
   * Cases of this ward.
   */
  wardId?: string | undefined
  /**
   * Cases of this category.
   */
  categoryId?: string | undefined
  /**
   * Cases of this user; `none` for those that nobody has.
   */
  assigneeId?: string | undefined
  /**
   * Cases that came in this way.
   */
  sourceChannel?: 'email' | 'phone' | 'letter' | 'in_person' | 'surgery' | 'social_media' | 'web_form' | 'api' | 'other' | undefined
  /**
   * Whether archived cases are listed, instead of the others.
   */
  archived?: boolean | undefined
  /**
   * Created then or later.
   */
  createdFrom?: string | undefined
  /**
   * Created then or earlier.
   */
  createdTo?: string | undefined
  /**
   * Changed then or later. With `sort=updatedAt` this is the way to keep a copy in step.
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
   * Words that must all occur, at most 10 different ones, of which each part counts (`CW-2026-0042` has three); the last may be the beginning of one. Case, accents and letters such as ł, ø or ß for which people type others make no difference; a postcode is found with and without its space. Looks at reference, internalRef, externalId, residentName, residentPostcode, summary and description. Only the newest 10,000 cases with these words are ranked, sorted, filtered and counted.
   */
  search?: string | undefined
  /**
   * Default `-createdAt`; with `search`, by relevance.
   */
  sort?: 'createdAt' | '-createdAt' | 'updatedAt' | '-updatedAt' | 'reference' | 'status' | undefined
  /**
   * From 1.
   */
  page?: number | undefined
  /**
   * Rows a page.
   */
  pageSize?: number | undefined
  /**
   * A `nextCursor`; not together with `page`.
   */
  cursor?: string | undefined
}
export interface ExportCasesQuery {
  /**
   * One status, or several with commas between.
   */
  status?: Case['status'] | readonly Case['status'][] | undefined
  /**
   * Cases of this ward.
   */
  wardId?: string | undefined
  /**
   * Cases of this category.
   */
  categoryId?: string | undefined
  /**
   * Cases of this user; `none` for those that nobody has.
   */
  assigneeId?: string | undefined
  /**
   * Cases that came in this way.
   */
  sourceChannel?: 'email' | 'phone' | 'letter' | 'in_person' | 'surgery' | 'social_media' | 'web_form' | 'api' | 'other' | undefined
  /**
   * Whether archived cases are listed, instead of the others.
   */
  archived?: boolean | undefined
  /**
   * Created then or later.
   */
  createdFrom?: string | undefined
  /**
   * Created then or earlier.
   */
  createdTo?: string | undefined
  /**
   * Changed then or later. With `sort=updatedAt` this is the way to keep a copy in step.
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
   * Words that must all occur, at most 10 different ones, of which each part counts (`CW-2026-0042` has three); the last may be the beginning of one. Case, accents and letters such as ł, ø or ß for which people type others make no difference; a postcode is found with and without its space. Looks at reference, internalRef, externalId, residentName, residentPostcode, summary and description. Only the newest 10,000 cases with these words are ranked, sorted, filtered and counted.
   */
  search?: string | undefined
  /**
   * What the export is written in.
   */
  format?: 'csv' | 'json' | undefined
  /**
   * Puts a byte order mark in front of CSV, by which Excel knows that it is UTF-8.
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
   * From the `Link: <…>; rel="next"` of the call before; keep the other parameters as they were.
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
   * From the `Link: <…>; rel="next"` of the call before; keep the other parameters as they were.
   */
  cursor?: string | undefined
}
export interface ListWardsQuery {
  /**
   * Only enabled ones, or only disabled ones; both if absent.
   */
  enabled?: boolean | undefined
  /**
   * From the `Link: <…>; rel="next"` of the call before; keep the other parameters as they were.
   */
  cursor?: string | undefined
}
export interface ExportWardsQuery {
  /**
   * What the export is written in.
   */
  format?: 'csv' | 'json' | undefined
  /**
   * Puts a byte order mark in front of CSV, by which Excel knows that it is UTF-8.
   */
  bom?: boolean | undefined
}
export interface ListCategoriesQuery {
  /**
   * Only enabled ones, or only disabled ones; both if absent.
   */
  enabled?: boolean | undefined
  /**
   * From the `Link: <…>; rel="next"` of the call before; keep the other parameters as they were.
   */
  cursor?: string | undefined
}
export interface ListUsersQuery {
  /**
   * Only enabled ones, or only disabled ones; both if absent.
   */
  enabled?: boolean | undefined
  /**
   * From the `Link: <…>; rel="next"` of the call before; keep the other parameters as they were.
   */
  cursor?: string | undefined
}
export interface ListKeysQuery {
  /**
   * From the `Link: <…>; rel="next"` of the call before; keep the other parameters as they were.
   */
  cursor?: string | undefined
}
export interface ListAuditQuery {
  /**
   * Only this act.
   */
  action?: string | undefined
  /**
   * Only acts on this kind of thing.
   */
  targetType?: string | undefined
  /**
   * Only acts on this thing.
   */
  targetId?: string | undefined
  /**
   * Only acts of this user.
   */
  userId?: string | undefined
  /**
   * Only acts with this key.
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
   * A `nextCursor`; keep the filters as they were.
   */
  cursor?: string | undefined
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
   * Submissions of this category.
   */
  categoryId?: string | undefined
  /**
   * From 1.
   */
  page?: number | undefined
  /**
   * Rows a page.
   */
  pageSize?: number | undefined
  /**
   * A `nextCursor`; not together with `page`.
   */
  cursor?: string | undefined
}
export interface GetPublicReportQuery {
  /**
   * Only cases of this ward; small counts are withheld.
   */
  wardId?: string | undefined
  /**
   * Only cases of this category; small counts are withheld.
   */
  categoryId?: string | undefined
  /**
   * Only cases created then or later.
   */
  from?: string | undefined
  /**
   * Only cases created then or earlier.
   */
  to?: string | undefined
}
export interface FindPublicWardsQuery {
  /**
   * Only the wards that it lies in.
   */
  postcode?: string | undefined
}
