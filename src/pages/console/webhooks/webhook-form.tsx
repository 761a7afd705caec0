import { changeEvents } from '../../../domain/vocabulary'
import type { ApiError } from '../../../errors'
import type { MadeWebhook } from '../../../routes/webhooks/webhook-schemas'
import { Choice, Input } from '../../layout/form-fields'
import { attempt, call } from '../api-call'
import { answersTo, faultsOf, requireMendable, type Sentences, ticked } from '../form'
import { Checks, Form } from '../layout/form'
import { consolePage } from '../layout/frame'
import { newTicket, type Page } from '../page'
import { showOnce } from '../shown-once'
import { writing } from './webhook-list'

const names = ['url', 'description', 'payload'] as const
type Name = (typeof names)[number]

const sentences: Sentences<Name | 'events'> = {
  url: { required: 'Enter the address to send to' },
  events: { required: 'Choose at least one event', too_short: 'Choose at least one event' },
}

/** The form of a new webhook. */
export async function showWebhookForm(c: Page) {
  await call(c, { path: '/api/webhooks', required: writing })
  return webhookForm(c, {}, [])
}

/** Makes a webhook, and goes on to the page that shows its secret once. */
export async function createWebhook(c: Page) {
  const answers = answersTo(c, names)
  const events = ticked(c, 'events')
  const made = await attempt<MadeWebhook>(c, { method: 'POST', path: '/api/webhooks', body: { ...answers, events } })
  if (made.refusal) return webhookForm(c, answers, events, made.refusal)
  return showOnce(c, `/console/webhooks/${made.answer.id}/secret`, made.answer.secret)
}

async function webhookForm(c: Page, answers: Partial<Record<Name, string>>, events: string[], refusal?: ApiError) {
  const faults = faultsOf(refusal, [...names, 'events'], sentences)
  if (refusal) requireMendable(refusal, faults)
  const given = { answers, faults }
  return consolePage(c, {
    title: 'Add a webhook',
    trail: [['/console/webhooks', 'Webhooks']],
    faults,
    status: refusal?.status,
    children: (
      <>
        <h1>Add a webhook</h1>
        <Form action="/console/webhooks/new" ticket={await newTicket(c)} label="Add webhook">
          <Input
            {...given}
            name="url"
            label="Address"
            hint="https, at a public name, like https://crm.example.com/hooks"
          />
          <Input {...given} name="description" label="What it is for (optional)" />
          <Checks
            name="events"
            legend="Events to send"
            of={changeEvents.map((event) => ({ id: event, name: event }))}
            checked={events}
            fault={faults.events}
          />
          <Choice
            {...given}
            name="payload"
            label="How much to send"
            of={[
              { id: 'full', name: 'The main fields of what it is about' },
              { id: 'thin', name: 'Only its id' },
            ]}
            none={null}
          />
        </Form>
      </>
    ),
  })
}
