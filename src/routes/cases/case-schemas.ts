import { z } from '@hono/zod-openapi'
import { searchedAtMost } from '../../db/cases/case-search'
import { mostWords, wordsSought } from '../../domain/search-terms'
import { channels, roles, type Status, statuses, timelineTypes } from '../../domain/vocabulary'
import {
  bodyOf,
  codeParam,
  errorCode,
  flagParam,
  Id,
  Instant,
  moment,
  omissible,
  optionalCode,
  optionalEmail,
  optionalId,
  optionalPhone,
  optionalPostcode,
  optionalText,
  orNull,
  Ref,
  text,
} from '../../http/fields'
import { checkPaging, Pagination, paging } from '../../http/paging'

const Assignee = z
  .object({ id: Id, name: z.string().openapi({ example: 'Sam Caseworker' }), role: z.enum(roles) })
  .openapi('Assignee')

const nullable = (example: string, description?: string) =>
  z
    .string()
    .nullable()
    .openapi(description === undefined ? { example } : { example, description })

const CaseSummary = z.object({
  id: Id,
  reference: z.string().openapi({ description: 'Numbered per tenant and year.', example: 'CW-2026-0042' }),
  internalRef: nullable('HIGHWAYS-77'),
  externalId: nullable('crm-10042', 'Your own id for it, unique within the tenant.'),
  status: z.enum(statuses),
  residentName: z.string().openapi({ example: 'Alex Resident' }),
  residentEmail: nullable('alex@example.com'),
  residentPhone: nullable('01632 960001'),
  residentAddress: nullable('1 Example Street'),
  residentPostcode: nullable('TR11AA', 'Without a space.'),
  summary: z.string().openapi({ example: 'Pothole outside the school' }),
  sourceChannel: z.enum(channels),
  archived: z.boolean(),
  createdAt: Instant,
  updatedAt: Instant,
  category: orNull(Ref),
  ward: orNull(Ref),
  assignee: orNull(Assignee),
  version: z.int().openapi({ description: 'Incremented on every change.', example: 3 }),
})

export const TimelineEntry = z
  .object({
    id: Id,
    type: z.enum(timelineTypes).openapi({ example: 'note' }),
    body: nullable('Called the resident back.'),
    fromStatus: z.enum(statuses).nullable(),
    toStatus: z.enum(statuses).nullable(),
    actor: Ref,
    createdAt: Instant,
  })
  .openapi('TimelineEntry')

export const Case = CaseSummary.extend({
  description: nullable('A deep hole, about 30 cm across.'),
  wardId: nullable('01JZ8E2Q4N6T1V3X5Z7B9D0F2H'),
  categoryId: nullable('01JZ8E2Q4N6T1V3X5Z7B9D0F2H'),
  assigneeId: nullable('01JZ8E2Q4N6T1V3X5Z7B9D0F2H'),
  highlightedForPublic: z.boolean(),
  publicSummary: nullable('We had a pothole mended.'),
  publicThemes: nullable('roads, safety'),
  timeline: z
    .array(TimelineEntry)
    .openapi({ description: 'The latest entries, oldest first: at most 200, and at most 1 MiB.' }),
  timelineTruncated: z.literal(true).optional().openapi({ description: 'Earlier entries exist and are omitted.' }),
}).openapi('Case')
export type Case = z.infer<typeof Case>
export const CaseList = z
  .object({
    cases: z.array(CaseSummary.openapi('CaseSummary')),
    pagination: Pagination,
    searchActive: z.literal(true).optional().openapi({ description: 'Present if `search` was used.' }),
    rankedAmong: z.int().optional().openapi({
      description:
        'Only so many matches of the search, the newest, are ranked, sorted, filtered and counted: there are more.',
      example: searchedAtMost,
    }),
    unranked: z.literal(true).optional().openapi({
      description:
        'Present if the matches come newest first where they should come by relevance: in a database that has taken in more than 300,000 cases, a search for more than three words is not ranked.',
    }),
  })
  .openapi('CaseList')

const orders = ['createdAt', '-createdAt', 'updatedAt', '-updatedAt', 'reference', 'status'] as const

const isStatus = (value: string): value is Status => statuses.some((status) => status === value)

const StatusList = z
  .string()
  .max(200)
  .transform((value) => [...new Set(value.split(',').map((one) => one.trim()))])
  .refine((list): list is Status[] => list.every(isStatus), {
    params: errorCode('enum'),
    error: `Must be a comma-separated list of: ${statuses.join(', ')}`,
  })
  .openapi({ type: 'string', description: 'One status, or a comma-separated list.', example: 'open,in_progress' })

const idParam = (description: string) => z.string().min(1).max(128).optional().openapi({ description })

const searchText = z
  .string()
  .max(200, { abort: true })
  .refine((text) => wordsSought(text) <= mostWords, {
    params: errorCode('too_long'),
    error: `Must have at most ${mostWords} different words`,
  })

/** Filters of a list or an export of cases. */
export const caseFilters = {
  status: StatusList.optional(),
  wardId: idParam('Cases in this ward.'),
  categoryId: idParam('Cases in this category.'),
  assigneeId: idParam('Cases assigned to this user; `none` for unassigned cases.'),
  sourceChannel: z.enum(channels).optional().openapi({ description: 'Cases from this channel.' }),
  archived: flagParam('`true` lists archived cases instead of the others.')
    .default(false)
    .openapi({ default: 'false' }),
  createdFrom: moment('Created at or after this time.').optional(),
  createdTo: moment('Created at or before this time.').optional(),
  updatedSince: moment('Changed at or after this time. To keep a copy in step, use `/api/changes`.').optional(),
  reference: codeParam({ description: 'The case with this reference.', example: 'CW-2026-0042', max: 32 }),
  externalId: codeParam({ description: 'The case with your own id.', example: 'crm-10042', max: 128 }),
  search: searchText.optional().openapi({
    description:
      'Finds cases that contain every word: at most 10 different words, counting each part (`CW-2026-0042` has three); the last may be the start of a word. Ignores case, accents and letters often typed differently, such as ł, ø or ß; a postcode matches with or without its space. Searches reference, internalRef, externalId, residentName, residentPostcode, summary and description. Only the newest 8,000 cases with these words are ranked, sorted, filtered and counted; `rankedAmong` says so if there are more. More than three words are not ranked where the database has taken in more than 300,000 cases; `unranked` says so.',
    example: 'pothole school',
  }),
}
export const CaseListQuery = z
  .strictObject({
    ...caseFilters,
    sort: z.enum(orders).optional().openapi({ description: 'Default `-createdAt`; by relevance with `search`.' }),
    ...paging,
  })
  .superRefine(checkPaging)
export type CaseListQuery = z.infer<typeof CaseListQuery>

const settable = {
  internalRef: optionalCode({ description: 'Your own reference.', example: 'HIGHWAYS-77', max: 64 }),
  externalId: optionalCode({
    description: 'Your own id for it, unique within the tenant.',
    example: 'crm-10042',
    max: 128,
  }),
  status: omissible(z.enum(statuses)),
  residentEmail: optionalEmail,
  residentPhone: optionalPhone,
  residentAddress: optionalText({ description: 'Postal address.', example: '1 Example Street', max: 500, lines: true }),
  residentPostcode: optionalPostcode,
  description: optionalText({ description: 'The full description.', example: 'A deep hole.', max: 4000, lines: true }),
  sourceChannel: omissible(z.enum(channels)),
  categoryId: optionalId('An enabled category.'),
  wardId: optionalId('An enabled ward.'),
  assigneeId: optionalId('An enabled user. Only managers and admins may assign somebody else or nobody.'),
  highlightedForPublic: omissible(z.boolean()),
  publicSummary: optionalText({ description: 'A summary for the public.', example: 'A pothole mended.', max: 500 }),
  publicThemes: optionalText({ description: 'Themes for the public.', example: 'roads, safety', max: 255 }),
}

const residentName = text({ description: 'The resident’s name.', example: 'Alex Resident', max: 200 })
const summary = text({ description: 'A one-line summary.', example: 'Pothole outside the school', max: 255 })

const readOnly = [
  'id',
  'reference',
  'createdAt',
  'updatedAt',
  'category',
  'ward',
  'assignee',
  'timeline',
  'timelineTruncated',
]

export const NewCase = bodyOf({ residentName, summary, ...settable }, [...readOnly, 'version', 'archived']).openapi(
  'NewCase',
)
export type NewCase = z.infer<typeof NewCase>

export const CaseChanges = bodyOf(
  {
    residentName: residentName.optional(),
    summary: summary.optional(),
    ...settable,
    archived: omissible(z.boolean()),
    version: omissible(z.int().min(1)).openapi({
      description: 'The version you last read; 409 if it has changed.',
      example: 3,
    }),
  },
  readOnly,
).openapi('CaseChanges')

export const NewNote = bodyOf({
  body: text({ description: 'The note.', example: 'Called the resident back.', max: 4000, lines: true }),
}).openapi('NewNote')
