import { z } from '@hono/zod-openapi'
import { mostSubmissionWords, submissionSearch } from '../../domain/submission-search'
import { submissionStatuses } from '../../domain/vocabulary'
import {
  bodyOf,
  errorCode,
  Id,
  Instant,
  omissible,
  optionalCode,
  optionalId,
  optionalText,
  orNull,
  Ref,
  text,
} from '../../http/fields'
import { checkPaging, Pagination, paging } from '../../http/paging'

const nullable = (example: string, description?: string) =>
  z
    .string()
    .nullable()
    .openapi(description === undefined ? { example } : { example, description })

export const Submission = z
  .object({
    id: Id,
    reference: z.string().openapi({ description: 'The reference on the resident’s receipt.', example: 'CF-2026-0007' }),
    status: z.enum(submissionStatuses),
    name: z.string().openapi({ example: 'Alex Resident' }),
    email: nullable('alex@example.com'),
    phone: nullable('01632 960001'),
    address: nullable('1 Example Street'),
    postcode: nullable('TR11AA', 'Without a space.'),
    ward: orNull(Ref),
    category: orNull(Ref),
    message: z.string().openapi({ example: 'There is a deep hole outside the school.' }),
    spamReasons: z
      .array(z.string())
      .openapi({ description: 'Why it was marked as spam on arrival; usually empty.', example: [] }),
    caseId: Id.nullable().openapi({ description: 'The case it was converted to; also null if you cannot see it.' }),
    version: z.int().openapi({ description: 'Incremented on every change.', example: 1 }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Submission')
export type Submission = z.infer<typeof Submission>

export const SubmissionList = z
  .object({ submissions: z.array(Submission), pagination: Pagination })
  .openapi('SubmissionList')

const idParam = (description: string) => z.string().min(1).max(128).optional().openapi({ description })

const searchText = z
  .string()
  .max(200, { abort: true })
  .refine((text) => submissionSearch(text).words.length <= mostSubmissionWords, {
    params: errorCode('too_long'),
    error: `Must have at most ${mostSubmissionWords} different words`,
  })

export const SubmissionListQuery = z
  .strictObject({
    status: z.enum(submissionStatuses).optional().openapi({ description: 'Only submissions with this status.' }),
    wardId: idParam('Submissions about this ward.'),
    categoryId: idParam('Submissions in this category.'),
    search: searchText.optional().openapi({
      description:
        'Finds submissions by name, email address and postcode: every word, or its beginning, must occur, at most 10 different words. Ignores case, accents and letters often typed differently, such as ł, ø or ß; a postcode matches with or without its space. A phone number finds those with the same number, however it is spaced. A page looks at 5,000 submissions; where it is `partial`, `nextCursor` goes on.',
      example: 'alex@example.com',
    }),
    ...paging,
  })
  .superRefine(checkPaging)
export type SubmissionListQuery = z.infer<typeof SubmissionListQuery>

const readOnly = Object.keys(Submission.shape).filter((name) => name !== 'status' && name !== 'version')

export const SubmissionChanges = bodyOf(
  {
    status: z.enum(['new', 'spam', 'dismissed']).openapi({ example: 'dismissed' }),
    version: omissible(z.int().min(1)).openapi({
      description: 'The version you last read; 409 if it has changed.',
      example: 1,
    }),
  },
  readOnly,
).openapi('SubmissionChanges')
export type SubmissionChanges = z.infer<typeof SubmissionChanges>

export const Conversion = bodyOf({
  summary: omissible(
    text({
      description: 'A one-line summary; the message’s first line if absent.',
      example: 'Pothole outside the school',
      max: 255,
    }),
  ),
  description: optionalText({
    description: 'The full description; the message if absent.',
    example: 'A deep hole.',
    max: 4000,
    lines: true,
  }),
  categoryId: optionalId('An enabled category; the submission’s own if absent.'),
  wardId: optionalId('An enabled ward; the submission’s own if absent.'),
  assigneeId: optionalId('An enabled user. Only managers and admins may assign somebody else or nobody.'),
  internalRef: optionalCode({ description: 'Your own reference.', example: 'HIGHWAYS-77', max: 64 }),
  externalId: optionalCode({
    description: 'Your own id for the case, unique within the tenant.',
    example: 'crm-10042',
    max: 128,
  }),
}).openapi('Conversion')
export type Conversion = z.infer<typeof Conversion>
