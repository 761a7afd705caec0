import { type ChangeEvent, changeEvents, eventTypes, roles, statuses, submissionStatuses } from '../domain/vocabulary'
import { testEvent } from '../domain/webhooks'
import { exampleOf, type Schemas } from './examples'

type Property = Schemas[string]

const text = (example: string) => ({ type: 'string', example })
const maybe = (example: string | null) => ({ type: ['string', 'null'], example })
const oneOf = (list: readonly string[]) => ({ type: 'string', enum: [...list], example: list[0] })
const flag = { type: 'boolean', example: true }
const time = (nullable = false) => ({
  type: nullable ? ['string', 'null'] : 'string',
  format: 'date-time',
  example: '2026-03-01T09:00:00.000Z',
})
const id = { ...text('01JZ8E2Q4N6T1V3X5Z7B9D0F2H'), description: 'The id of what it is about.' }

const ofCase = { reference: text('CW-2026-0042'), status: oneOf(statuses), residentName: text('Alex Resident') }
const moved = { reference: text('CW-2026-0042'), fromStatus: oneOf(statuses), toStatus: oneOf(statuses) }
const ofSubmission = { reference: text('CF-2026-0007'), status: oneOf(submissionStatuses), name: text('Alex Resident') }
const item = { externalId: maybe('cms-7'), title: text('Library reopens'), approved: flag, publishedAt: time(true) }
const ofEvent = { ...item, type: oneOf(eventTypes), startsAt: time() }

const fields: Record<ChangeEvent, Record<string, Property>> = {
  case_created: ofCase,
  case_updated: ofCase,
  case_status_changed: moved,
  case_resolved: ofCase,
  case_closed: ofCase,
  case_archived: ofCase,
  case_note_added: ofCase,
  contact_submitted: ofSubmission,
  submission_updated: ofSubmission,
  news_published: item,
  news_updated: item,
  news_deleted: {},
  event_published: ofEvent,
  event_updated: ofEvent,
  event_deleted: {},
  ward_updated: { name: text('Falmouth Arwenack'), code: maybe('E05009270'), enabled: flag },
  councillor_profile_updated: {
    name: text('Sam Councillor'),
    email: text('sam@example.com'),
    role: oneOf(roles),
    enabled: flag,
  },
}

const nameOf = (event: string) => `${event.replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase())}Message`

function schemaOf(event: string, sequence: Property, data: Record<string, Property>) {
  return {
    type: 'object' as const,
    required: ['event', 'timestamp', 'sequence', 'data'],
    properties: {
      event: { type: 'string' as const, enum: [event] },
      timestamp: { ...time(), description: 'When it happened.' },
      sequence: { ...sequence, description: 'Its place in the log of changes.' },
      data: {
        type: 'object' as const,
        description: 'With the payload `thin`, or once it has been deleted, only the id.',
        required: ['id'],
        properties: { id, ...data },
      },
    },
  }
}

const messages = [
  ...changeEvents.map((event) => [event, schemaOf(event, { type: 'integer', example: 41 }, fields[event])] as const),
  [testEvent, schemaOf(testEvent, { type: 'null', example: null }, {})] as const,
]

/** Schemas of the messages that webhooks send, by name. */
export const messageSchemas = Object.fromEntries(messages.map(([event, schema]) => [nameOf(event), schema]))

const header = (name: string, description: string, example: string) => ({
  ...{ name, in: 'header' as const, required: true, description, example },
  schema: { type: 'string' as const },
})

const parameters = [
  header('webhook-id', 'The change’s id: the same at every attempt.', 'chg_01JZ8E2Q4N6T1V3X5Z7B9D0F2H'),
  header('webhook-timestamp', 'When it was sent, in seconds since 1970.', '1772355600'),
  header(
    'webhook-signature',
    'Standard Webhooks 1.0: one signature, or two while a secret is replaced.',
    'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  ),
  header('X-Casework-Event', 'The event.', 'case_created'),
  header('X-Casework-Delivery', 'The id of this attempt.', '01JZ8E2Q4N6T1V3X5Z7B9D0F2H'),
]

/** The document's `webhooks`: one for each event. */
export const webhookOperations = Object.fromEntries(
  messages.map(([event, schema]) => [
    event,
    {
      post: {
        operationId: nameOf(event)
          .replace(/Message$/, '')
          .replace(/^./, (letter) => letter.toLowerCase()),
        summary: event.replaceAll('_', ' '),
        description: 'Sent to the webhooks that want it.',
        tags: ['webhooks'],
        security: [],
        parameters,
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { $ref: `#/components/schemas/${nameOf(event)}` },
              example: exampleOf(schema, {}, 'body'),
            },
          },
        },
        responses: {
          '2XX': { description: 'Taken. Anything else is tried again; 410 disables the webhook.' },
          '4XX': { description: 'Not taken.' },
        },
      },
    },
  ]),
)
