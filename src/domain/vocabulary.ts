/** The closed lists of the Casework API. Order matters for plans and roles: each includes those before it. */

export const plans = ['free', 'pro', 'team', 'council'] as const
export type Plan = (typeof plans)[number]

export const roles = ['caseworker', 'councillor', 'manager', 'admin'] as const
export type Role = (typeof roles)[number]

export const scopes = [
  'cases:read',
  'cases:write',
  'wards:read',
  'wards:write',
  'categories:read',
  'users:read',
  'events:read',
  'events:write',
  'news:read',
  'news:write',
  'submissions:read',
  'submissions:write',
  'reports:read',
  'keys:read',
  'keys:write',
  'audit:read',
  'settings:write',
  'webhooks:read',
  'webhooks:write',
] as const
export type Scope = (typeof scopes)[number]

export const statuses = ['open', 'in_progress', 'resolved', 'closed'] as const
export type Status = (typeof statuses)[number]

export const channels = [
  'email',
  'phone',
  'letter',
  'in_person',
  'surgery',
  'social_media',
  'web_form',
  'api',
  'other',
] as const
export type Channel = (typeof channels)[number]

export const tiers = [
  'county',
  'district',
  'unitary',
  'metropolitan',
  'london_borough',
  'parish',
  'town',
  'community',
] as const
export type Tier = (typeof tiers)[number]

export const eventTypes = ['council', 'area', 'surgery', 'consultation', 'community', 'other'] as const
export type EventType = (typeof eventTypes)[number]

export const submissionStatuses = ['new', 'converted', 'spam', 'dismissed'] as const
export type SubmissionStatus = (typeof submissionStatuses)[number]

export const timelineTypes = [
  'created',
  'status_changed',
  'assigned',
  'note',
  'updated',
  'archived',
  'unarchived',
] as const
export type TimelineType = (typeof timelineTypes)[number]

/** The events of the log of changes by what they are about: which kind of thing has changed, and how. */
const eventsAbout = {
  case: [
    'case_created',
    'case_status_changed',
    'case_resolved',
    'case_closed',
    'case_note_added',
    'case_updated',
    'case_archived',
  ],
  submission: ['contact_submitted', 'submission_updated'],
  news: ['news_published', 'news_updated', 'news_deleted'],
  event: ['event_published', 'event_updated', 'event_deleted'],
  ward: ['ward_updated'],
  user: ['councillor_profile_updated'],
} as const

export type ChangeTarget = keyof typeof eventsAbout
export type ChangeEvent = (typeof eventsAbout)[ChangeTarget][number]

/** The scope that reads each kind of thing, and so the changes of it. */
export const targetScopes = {
  case: 'cases:read',
  submission: 'submissions:read',
  news: 'news:read',
  event: 'events:read',
  ward: 'wards:read',
  user: 'users:read',
} as const satisfies Record<ChangeTarget, Scope>

export const changeTargets = Object.keys(targetScopes) as ChangeTarget[]

export const changeEvents: readonly ChangeEvent[] = Object.values(eventsAbout).flat()

/** The kind of thing that an event is about. */
export function targetOf(event: ChangeEvent): ChangeTarget {
  const target = changeTargets.find((one) => (eventsAbout[one] as readonly string[]).includes(event))
  if (!target) throw new Error(`No such event: ${event}`)
  return target
}

/** The scope that reads what an event is about. */
export const scopeOf = (event: ChangeEvent): Scope => targetScopes[targetOf(event)]

/** What holds a resident's data. */
export const disclosedTypes = ['case', 'submission'] as const
export type DisclosedType = (typeof disclosedTypes)[number]

/** The part of an ordered list from `least` upwards, e.g. every role that may do what a manager may. */
export function fromLeast<T extends string>(order: readonly T[], least: T): T[] {
  return order.slice(order.indexOf(least))
}

/** The higher of two members of an ordered list. */
export function highest<T extends string>(order: readonly T[], a: T, b: T): T {
  return order.indexOf(a) >= order.indexOf(b) ? a : b
}
