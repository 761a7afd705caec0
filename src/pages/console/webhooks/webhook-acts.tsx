import { ApiError } from '../../../errors'
import type { MadeWebhook, Webhook } from '../../../routes/webhooks/webhook-schemas'
import { Input } from '../../layout/form-fields'
import { attempt, call } from '../api-call'
import { faultsOf, requireMendable, typed } from '../form'
import { Action, Form } from '../layout/form'
import { consolePage } from '../layout/frame'
import { number } from '../layout/words'
import { done } from '../notice'
import { idOf, newTicket, type Page } from '../page'
import { hideSecret, secretPage, secretShown, showOnce } from '../shown-once'
import { writing } from './webhook-list'
import { messages, pageOf, pathOf, webhooksTrail, withWebhook } from './webhook-place'

/** A webhook, for whoever may change it. */
async function getWebhook(c: Page): Promise<Webhook> {
  return (await call<Webhook>(c, { path: pathOf(c), required: writing })).answer
}

/** Asks before a webhook is deleted. */
export async function confirmDeletion(c: Page) {
  const { url, pending } = await getWebhook(c)
  return consolePage(c, {
    title: 'Delete a webhook',
    trail: [webhooksTrail, [pageOf(c), new URL(url).host]],
    children: (
      <>
        <h1>Delete the webhook to {url}?</h1>
        <p>
          {pending > 0 ? `${messages(pending)} still waiting would not be sent. ` : ''}It cannot be brought back. To
          stop it for a while, switch it off instead.
        </p>
        <div class="actions">
          <Action action={`${pageOf(c)}/delete`} ticket={await newTicket(c)} kind="warning" label="Delete webhook" />
          <a href={pageOf(c)}>Keep it</a>
        </div>
      </>
    ),
  })
}

export async function deleteWebhook(c: Page) {
  await call(c, { method: 'DELETE', path: pathOf(c) })
  return done(c, '/console/webhooks', 'webhook-deleted')
}

/** Asks before a secret is replaced. */
export async function confirmRotation(c: Page) {
  const { url } = await getWebhook(c)
  return consolePage(c, {
    title: 'Replace the secret',
    trail: [webhooksTrail, [pageOf(c), new URL(url).host]],
    children: (
      <>
        <h1>Replace the secret?</h1>
        <p>
          You get a new secret. For a day, messages carry two signatures, of the new secret and of the old one, so that
          the receiver can change over without losing any.
        </p>
        <div class="actions">
          <Action action={`${pageOf(c)}/rotate`} ticket={await newTicket(c)} kind="primary" label="Replace secret" />
          <a href={pageOf(c)}>Keep it</a>
        </div>
      </>
    ),
  })
}

/** Replaces a secret, and goes on to the page that shows the new one once. */
export async function rotateSecret(c: Page) {
  const { answer } = await call<MadeWebhook>(c, { method: 'POST', path: `${pathOf(c)}/rotate-secret` })
  return showOnce(c, `${pageOf(c)}/secret`, answer.secret)
}

/** A new secret, shown once. */
export async function showSecret(c: Page) {
  const { url } = await getWebhook(c)
  return secretPage(c, {
    title: 'The secret of your webhook',
    noun: 'secret',
    secret: await secretShown(c),
    advice: 'With it, the receiver checks that messages come from here.',
    trail: [webhooksTrail, [pageOf(c), new URL(url).host]],
  })
}

export async function hideWebhookSecret(c: Page) {
  await call(c, { path: '/api/me' })
  return hideSecret(c, pageOf(c), 'secret-hidden')
}

/** Asks from where on to send again. */
export async function showReplay(c: Page) {
  return replayForm(c, await getWebhook(c), '', {})
}

/** Sends again what has happened since a change. */
export async function replayWebhook(c: Page) {
  const sequence = typed(c, 'sequence')
  const body = { sequence: /^\d+$/.test(sequence) ? Number(sequence) : sequence }
  const asked = {
    method: 'POST',
    path: `${pathOf(c)}/replay`,
    body,
    alongside: withWebhook,
    values: { id: idOf(c) },
  } as const
  const called = await attempt<unknown, typeof withWebhook>(c, asked)
  if (!called.refusal) return done(c, pageOf(c), 'replayed')
  const faults = faultsOf(called.refusal, ['sequence'], {
    sequence: { required: 'Enter the number of a change', type: 'Enter the number of a change' },
  })
  requireMendable(called.refusal, faults)
  const { webhook } = called.alongside
  if (!webhook) throw new ApiError('not_found')
  return replayForm(c, webhook, sequence, faults)
}

async function replayForm(c: Page, webhook: Webhook, sequence: string, faults: { sequence?: string }) {
  return consolePage(c, {
    title: 'Send again',
    trail: [webhooksTrail, [pageOf(c), new URL(webhook.url).host]],
    faults,
    status: faults.sequence ? 422 : 200,
    children: (
      <>
        <h1>Send again</h1>
        <p>
          Everything from that change on is sent once more, with the same ids, so that a receiver can tell what it has
          had. Sent so far: up to change {number(webhook.cursor)}.
        </p>
        <Form action={`${pageOf(c)}/replay`} ticket={await newTicket(c)} label="Send again">
          <Input
            name="sequence"
            label="First change to send again"
            hint="The number in the column “Change” of the deliveries. Changes are kept for 30 days."
            answers={{ sequence }}
            faults={faults}
            short
          />
        </Form>
      </>
    ),
  })
}
