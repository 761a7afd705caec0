import { z } from '@hono/zod-openapi'
import { longestWebAddress, parseWebAddress } from '../../domain/url'
import { eventTypes } from '../../domain/vocabulary'
import { endsAfter } from '../../http/conflicts'
import {
  bodyOf,
  clearable,
  errorCode,
  Instant,
  moment,
  omissible,
  optionalId,
  optionalPostcode,
  optionalText,
  shaped,
  text,
  versionField,
} from '../../http/fields'
import { commonFields, readOnlyFields, settableFields } from './publication-schemas'

const nullable = (example: string) => z.string().nullable().openapi({ example })

export const Event = z
  .object({
    ...commonFields,
    description: nullable('Tea, and help with forms.'),
    type: z.enum(eventTypes),
    location: nullable('Town hall'),
    postcode: nullable('TR11AA'),
    wardId: nullable('01JZ8E2Q4N6T1V3X5Z7B9D0F2H'),
    startsAt: Instant,
    endsAt: Instant.nullable(),
    url: nullable('https://council.example.com/surgery'),
  })
  .openapi('Event')

export const endsBeforeStart = (startsAt: string | null, endsAt: string | null | undefined) =>
  Boolean(startsAt && endsAt && Date.parse(endsAt) < Date.parse(startsAt))

const title = text({ description: 'The title.', example: 'Councillor surgery', max: 200 })
const startsAt = moment('When it starts; 422 if in the past at creation.')

const url = clearable(
  z
    .string()
    .max(longestWebAddress)
    .pipe(shaped(parseWebAddress, 'Must be a web address, like https://example.com/event')),
).openapi({
  description: 'A web page about it: `http` or `https`, normalised by the URL Standard.',
  example: 'https://council.example.com/surgery',
  maxLength: longestWebAddress,
})

const settable = {
  description: optionalText({
    description: 'The description.',
    example: 'Tea, and help with forms.',
    max: 4000,
    lines: true,
  }),
  type: omissible(z.enum(eventTypes)),
  location: optionalText({ description: 'The venue.', example: 'Town hall', max: 255 }),
  postcode: optionalPostcode,
  wardId: optionalId('An enabled ward.'),
  endsAt: clearable(moment('When it ends; 422 if before the start.')),
  url,
  ...settableFields,
}

const isToCome = (iso: string) => Date.parse(iso) >= Date.now()

const Times = z.object({ startsAt: z.string(), endsAt: z.string() })

/** Reported along with all other errors of the body if it has both times. */
const inOrder = {
  when: ({ value }: { value: unknown }) => Times.safeParse(value).success,
  path: ['endsAt'],
  params: errorCode('order'),
  error: endsAfter,
}

export const NewEvent = bodyOf(
  {
    title,
    startsAt: startsAt.refine(isToCome, { params: errorCode('past'), error: 'Must not be in the past' }),
    ...settable,
  },
  [...readOnlyFields, 'version'],
)
  .refine(({ startsAt, endsAt }) => !endsBeforeStart(startsAt, endsAt), inOrder)
  .openapi('NewEvent')

export const EventChanges = bodyOf(
  { title: title.optional(), startsAt: startsAt.optional(), ...settable, version: versionField },
  readOnlyFields,
)
  .refine(({ startsAt, endsAt }) => !endsBeforeStart(startsAt ?? null, endsAt), inOrder)
  .openapi('EventChanges')
