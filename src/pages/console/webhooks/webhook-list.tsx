import { isAuthorised } from '../../../gate/requirement'
import type { Webhook } from '../../../routes/webhooks/webhook-schemas'
import { call } from '../api-call'
import { consolePage } from '../layout/frame'
import { Table } from '../layout/table'
import { atTime, number } from '../layout/words'
import type { Page } from '../page'

/** What changing webhooks takes. */
export const writing = { plan: 'team', scope: 'webhooks:write', role: 'admin' } as const

/** What is said of a webhook's state. */
export function stateOf({ enabled, disabledReason, failingSince }: Webhook): string {
  if (enabled) return failingSince ? `Failing since ${atTime(failingSince)}` : 'Working'
  const reasons = {
    manual: 'switched off',
    gone: 'its address is gone (410)',
    failing: 'nothing got through for five days',
  }
  return `Disabled: ${reasons[disabledReason ?? 'manual']}`
}

/** Where changes are sent to. */
export async function showWebhooks(c: Page) {
  const { answer: webhooks, principal } = await call<Webhook[]>(c, { path: '/api/webhooks' })
  const mayWrite = isAuthorised(principal, writing)
  return consolePage(c, {
    title: 'Webhooks',
    children: (
      <>
        <h1>Webhooks</h1>
        {mayWrite && (
          <p>
            <a class="button" href="/console/webhooks/new">
              Add a webhook
            </a>
          </p>
        )}
        <Table
          caption="Webhooks, oldest first"
          headings={['Address', 'What for', 'State', 'Waiting', 'Last success']}
          numeric={[3]}
          rows={webhooks.map((webhook) => [
            <a href={`/console/webhooks/${webhook.id}`}>{webhook.url}</a>,
            webhook.description,
            stateOf(webhook),
            number(webhook.pending),
            webhook.lastSuccessAt && atTime(webhook.lastSuccessAt),
          ])}
          empty="There are no webhooks yet. One sends what happens to a server of yours, as it happens."
        />
      </>
    ),
  })
}
