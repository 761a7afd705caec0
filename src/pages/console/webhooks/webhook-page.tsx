import type { z } from 'zod'
import { ApiError } from '../../../errors'
import { isAuthorised } from '../../../gate/requirement'
import type { DeliveryList, Webhook, WebhookTest } from '../../../routes/webhooks/webhook-schemas'
import { call } from '../api-call'
import { typed } from '../form'
import { Action } from '../layout/form'
import { consolePage } from '../layout/frame'
import { Pages } from '../layout/list'
import { Details, Table } from '../layout/table'
import { atTime, number } from '../layout/words'
import { done } from '../notice'
import { idOf, newTicket, type Page } from '../page'
import { stateOf, writing } from './webhook-list'
import { messages, pageOf, pathOf, webhooksTrail, withWebhook } from './webhook-place'

type Deliveries = z.infer<typeof DeliveryList>

/** A webhook: its state, what it has sent, and what can be done about it. */
export async function showWebhook(c: Page) {
  const { cursor } = c.req.query()
  const asked = { path: `${pathOf(c)}/deliveries`, query: { cursor }, alongside: withWebhook, values: { id: idOf(c) } }
  const { answer, alongside, principal } = await call<Deliveries, typeof withWebhook>(c, asked)
  const { webhook } = alongside
  if (!webhook) throw new ApiError('not_found')
  const mayWrite = isAuthorised(principal, writing)
  return consolePage(c, {
    title: new URL(webhook.url).host,
    trail: [webhooksTrail],
    children: (
      <>
        <h1>{webhook.url}</h1>
        <About webhook={webhook} />
        {mayWrite && <Acts c={c} webhook={webhook} ticket={await newTicket(c)} />}
        <Attempts deliveries={answer.deliveries} />
        <Pages path={pageOf(c)} query={{}} cursor={cursor} next={answer.nextCursor} />
      </>
    ),
  })
}

function About({ webhook }: { webhook: Webhook }) {
  return (
    <Details
      of={[
        ['State', stateOf(webhook)],
        ['What for', webhook.description],
        ['Events', webhook.events.join(', ')],
        ['Sends', webhook.payload === 'full' ? 'The main fields' : 'Ids only'],
        ['Waiting', messages(webhook.pending)],
        ['Next attempt', webhook.nextAttemptAt && atTime(webhook.nextAttemptAt)],
        ['Last success', webhook.lastSuccessAt ? atTime(webhook.lastSuccessAt) : 'Never'],
        ['Sent up to', `change ${number(webhook.cursor)}`],
      ]}
    />
  )
}

function Acts({ c, webhook, ticket }: { c: Page; webhook: Webhook; ticket: string }) {
  const path = pageOf(c)
  const { version, enabled } = webhook
  return (
    <div class="actions">
      <Action action={`${path}/test`} ticket={ticket} label="Send a test" />
      <a class="button secondary" href={`${path}/replay`}>
        Send again
      </a>
      <a class="button secondary" href={`${path}/rotate`}>
        Replace the secret
      </a>
      {enabled ? (
        <Action action={path} ticket={ticket} values={{ enabled: 'false', version }} label="Switch off" />
      ) : (
        <>
          <Action
            action={path}
            ticket={ticket}
            values={{ enabled: 'true', resume: 'pending', version }}
            label="Switch on and send what waits"
          />
          <Action
            action={path}
            ticket={ticket}
            values={{ enabled: 'true', resume: 'now', version }}
            label="Switch on and skip what waits"
          />
        </>
      )}
      <a class="button warning" href={`${path}/delete`}>
        Delete
      </a>
    </div>
  )
}

function Attempts({ deliveries }: { deliveries: Deliveries['deliveries'] }) {
  return (
    <section>
      <h2>Deliveries</h2>
      <Table
        caption="Attempts of the last 30 days, latest first"
        headings={['When', 'Event', 'Change', 'Outcome', 'HTTP status', 'Took']}
        numeric={[2, 4, 5]}
        rows={deliveries.map(({ at, event, sequence, outcome, status, ms, manual }) => [
          atTime(at),
          manual ? `${event} (test)` : event,
          sequence === null ? null : number(sequence),
          outcome,
          status,
          `${number(ms)} ms`,
        ])}
        empty="Nothing has been sent yet. Send a test to see whether it arrives."
      />
    </section>
  )
}

/** Sends a test now, and says what came of it. */
export async function testWebhook(c: Page) {
  const { answer } = await call<z.infer<typeof WebhookTest>>(c, { method: 'POST', path: `${pathOf(c)}/test` })
  return done(c, pageOf(c), `test-${answer.outcome}`)
}

/** Switches a webhook on or off. */
export async function changeWebhook(c: Page) {
  const resume = typed(c, 'resume')
  const body = {
    enabled: typed(c, 'enabled') === 'true',
    ...(resume && { resume }),
    version: Number(typed(c, 'version')),
  }
  await call(c, { method: 'PATCH', path: pathOf(c), body })
  return done(c, pageOf(c), 'webhook-changed')
}
