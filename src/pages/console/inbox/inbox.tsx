import type { z } from 'zod'
import { ApiError } from '../../../errors'
import { isAuthorised } from '../../../gate/requirement'
import type { SubmissionList } from '../../../routes/submissions/submission-schemas'
import { call } from '../api-call'
import { ticked, typed } from '../form'
import { Hidden } from '../layout/form'
import { consolePage } from '../layout/frame'
import { addressOf, Filters, Pages } from '../layout/list'
import { Table } from '../layout/table'
import { atTime, number } from '../layout/words'
import { done, type Notice } from '../notice'
import { newTicket, type Page } from '../page'

/** Statuses of a message, in words. */
export const messageStatuses = { new: 'New', converted: 'Made a case', spam: 'Spam', dismissed: 'Dismissed' } as const

const writing = { plan: 'pro', scope: 'submissions:write' } as const

/** Messages from the contact form: the new ones, unless others are asked for. */
export function showInbox(c: Page) {
  return inboxPage(c)
}

/** @param fault what is wrong with the selection that was sent */
async function inboxPage(c: Page, fault?: string) {
  const { status = 'new', search = '', page, cursor } = c.req.query()
  const query = { status: status === 'all' ? undefined : status, search, page, cursor }
  const { answer, principal } = await call<z.infer<typeof SubmissionList>>(c, { path: '/api/submissions', query })
  const { submissions, pagination } = answer
  const mayChange = isAuthorised(principal, writing)
  const rows = submissions.map((one) => [
    <span class="reference">
      {mayChange && one.status !== 'converted' && (
        <input type="checkbox" name="id" value={one.id} aria-label={`Select ${one.reference}`} form="bulk" />
      )}{' '}
      <a href={`/console/inbox/${one.id}`}>{one.reference}</a>
    </span>,
    one.name,
    <span class="cut">{one.message.slice(0, 120)}</span>,
    one.ward?.name ?? null,
    atTime(one.createdAt),
    messageStatuses[one.status],
  ])
  const count = `${pagination.totalCapped ? 'more than ' : ''}${number(pagination.total)}`
  return consolePage(c, {
    title: 'Inbox',
    faults: { bulk: fault },
    status: fault ? 400 : 200,
    children: (
      <>
        <h1>Inbox</h1>
        <Filters path="/console/inbox" isSet={search !== '' || status !== 'new'}>
          <div class="field">
            <label for="search">Name, email, phone or postcode</label>
            <input id="search" name="search" type="search" value={search} autocomplete="off" maxlength={200} />
          </div>
          <div class="field">
            <label for="status">Which messages</label>
            <select id="status" name="status">
              {[...Object.entries(messageStatuses), ['all', 'All'] as const].map(([id, name]) => (
                <option key={id} value={id} selected={id === status}>
                  {name}
                </option>
              ))}
            </select>
          </div>
        </Filters>
        <Table
          caption={`Messages, newest first: ${count}`}
          headings={['Message', 'From', 'Text', 'Ward', 'Came', 'Status']}
          rows={rows}
          empty={
            status === 'new' && search === ''
              ? 'No new messages. What residents send with the contact form arrives here.'
              : 'There is no such message. Change the filters.'
          }
        />
        {pagination.partial && (
          <p>This page ends early: few of the messages that were looked at match. Go on to older ones.</p>
        )}
        {mayChange && rows.length > 0 && (
          <form
            id="bulk"
            class="bulk"
            tabindex={-1}
            method="post"
            action={addressOf('/console/inbox', { status, search })}
          >
            <Hidden ticket={await newTicket(c)} />
            <fieldset>
              <legend>With the selected messages</legend>
              <div class="actions">
                <button class="secondary" type="submit" name="act" value="spam">
                  Mark as spam
                </button>
                <button class="secondary" type="submit" name="act" value="dismissed">
                  Dismiss
                </button>
                <button class="secondary" type="submit" name="act" value="new">
                  Make new again
                </button>
              </div>
              <p class="hint">Each message counts as one request of your key.</p>
            </fieldset>
          </form>
        )}
        <Pages
          path="/console/inbox"
          query={{ status, search }}
          page={pagination.page}
          cursor={cursor}
          next={pagination.nextCursor}
        />
      </>
    ),
  })
}

/** Changes every selected message, one after the other, and says how far it has come where one cannot be changed. */
export async function changeMessages(c: Page) {
  const ids = ticked(c, 'id')
  const status = typed(c, 'act')
  if (ids.length === 0) return inboxPage(c, 'Select at least one message')
  for (const [index, id] of ids.entries()) {
    await call(c, { method: 'PATCH', path: `/api/submissions/${encodeURIComponent(id)}`, body: { status } }).catch(
      stoppedAfter(`${index} of ${ids.length} messages were changed before that.`),
    )
  }
  const back = addressOf('/console/inbox', { status: c.req.query('status'), search: c.req.query('search') })
  return done(c, back, bulkNotices[status])
}

const bulkNotices: Record<string, Notice> = { spam: 'bulk-spam', dismissed: 'bulk-dismissed', new: 'bulk-new' }

/** Throws a refusal again, with how far several acts have come. */
const stoppedAfter = (progress: string) => (error: unknown) => {
  if (!(error instanceof ApiError)) throw error
  const { code, message, details, headers } = error
  throw new ApiError(code, { message, details: { ...details, progress }, headers })
}
