import type { Status, TimelineType } from '../../../domain/vocabulary'

/** Statuses of a case, in words. */
export const statusNames: Record<Status, string> = {
  open: 'Open',
  in_progress: 'In progress',
  resolved: 'Resolved',
  closed: 'Closed',
}

/** Entries of a timeline, in words. */
export const timelineNames: Record<TimelineType, string> = {
  created: 'Created',
  status_changed: 'Status changed',
  assigned: 'Assignee changed',
  note: 'Note',
  updated: 'Details changed',
  archived: 'Archived',
  unarchived: 'Taken out of the archive',
}

const moments = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Europe/London' })

const days = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })

/** A moment as people in the UK say it, on their clock: `26 Nov 2026, 18:05`. */
export const atTime = (iso: string): string => moments.format(new Date(iso))

/** A day: `Tuesday 24 November`. */
export const onDay = (date: string): string => days.format(new Date(date))

/** A number with commas. */
export const number = (n: number): string => n.toLocaleString('en-GB')

/** A postcode with its space. */
export const postcodeOf = (stored: string | null): string | null =>
  stored && `${stored.slice(0, -3)} ${stored.slice(-3)}`

/** The choices of a select box, by a record of names. */
export const choicesOf = (names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([id, name]) => ({ id, name }))
