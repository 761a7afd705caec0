import { countedMessages, failingWebhooks, newMessageCount, usageOfFamilies } from '../../db/console'
import type { Principal } from '../../gate/principal'
import type { RateLimit } from '../../gate/rate-limit'
import { isAuthorised } from '../../gate/requirement'
import { call } from './api-call'
import { consolePage } from './layout/frame'
import { sections } from './layout/navigation'
import { Table } from './layout/table'
import { number } from './layout/words'
import type { Page } from './page'
import { busiestOn, withUsage } from './usage-days'

/** The first page: what waits, what is broken, and who has asked how much today. */
export async function showOverview(c: Page) {
  const { alongside, principal } = await call(c, {
    path: '/api/me',
    alongside: { families: usageOfFamilies, inbox: newMessageCount, failing: failingWebhooks },
  })
  const sees = (path: string) => sections.some((section) => section.path === path && isAuthorised(principal, section))
  const { now } = c.var.gate
  return consolePage(c, {
    title: 'Overview',
    children: (
      <>
        <h1>Overview</h1>
        <div class="cards">
          {sees('/console/inbox') && <InboxCard n={alongside.inbox.n} />}
          {sees('/console/webhooks') && <WebhooksCard failing={alongside.failing} />}
          <WindowCard rateLimit={c.var.gate.rateLimit} />
        </div>
        {sees('/console/usage') && (
          <UsageToday busiest={busiestOn(withUsage(alongside.families, now, 1), now.slice(0, 10))} />
        )}
        <YourKey principal={principal} />
      </>
    ),
  })
}

function InboxCard({ n }: { n: number }) {
  const count = n > countedMessages ? `More than ${number(countedMessages)}` : number(n)
  return (
    <section class="card">
      <h2>Inbox</h2>
      <p class="figure">{count}</p>
      <p>
        {n === 0 ? 'No new messages. ' : n === 1 ? 'new message. ' : 'new messages. '}
        <a href="/console/inbox">Open the inbox</a>
      </p>
    </section>
  )
}

function WebhooksCard({ failing }: { failing: readonly { id: string; url: string; enabled: boolean }[] }) {
  return (
    <section class="card">
      <h2>Webhooks</h2>
      {failing.length === 0 ? (
        <p>None is failing.</p>
      ) : (
        <ul>
          {failing.map(({ id, url, enabled }) => (
            <li key={id}>
              <a href={`/console/webhooks/${id}`}>{new URL(url).host}</a> {enabled ? 'is failing' : 'is disabled'}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** The window in use, this page included. */
function WindowCard({ rateLimit }: { rateLimit: RateLimit | undefined }) {
  if (!rateLimit) return null
  const { limit, remaining, windowMs } = rateLimit
  const used = limit - remaining
  return (
    <section class="card">
      <h2 id="window">Your key’s window</h2>
      <meter aria-labelledby="window" min={0} max={limit} value={used} high={limit * 0.9} />
      <p>
        {number(used)} of {number(limit)} requests in the last {windowMs / 1000} seconds, this page included.
      </p>
    </section>
  )
}

function UsageToday({ busiest }: { busiest: ReturnType<typeof busiestOn> }) {
  return (
    <section>
      <h2>Requests today</h2>
      <Table
        caption="Requests today by key, busiest first. Days begin at midnight UTC."
        headings={['Key', 'Role', 'Requests']}
        numeric={[2]}
        rows={busiest
          .slice(0, 10)
          .map(({ id, name, prefix, role, requests }) => [
            <a href={`/console/keys/${id}`}>{name ?? prefix}</a>,
            role,
            number(requests),
          ])}
        empty="No key has been used today."
      />
      <p>
        <a href="/console/usage">Usage of the last 30 days</a>
      </p>
    </section>
  )
}

function YourKey({ principal: { key, plan, role } }: { principal: Principal }) {
  return (
    <section>
      <h2>Your key</h2>
      <p>
        You are signed in with the key {key.name ? `“${key.name}”` : key.prefix}, which has the role {role} on the plan{' '}
        {plan}. It may: {key.scopes.join(', ')}.
      </p>
    </section>
  )
}
