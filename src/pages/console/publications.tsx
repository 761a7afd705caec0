import { counted } from '../../domain/wait'
import { isAuthorised } from '../../gate/requirement'
import { call } from './api-call'
import { ticked } from './form'
import { Hidden } from './layout/form'
import { consolePage } from './layout/frame'
import { addressOf, Filters, Pages } from './layout/list'
import { Table } from './layout/table'
import { atTime } from './layout/words'
import { done } from './notice'
import { newTicket, type Page } from './page'

/** What a list shows of an event or an article. */
interface Item {
  id: string
  title: string
  source: string | null
  approved: boolean
  createdAt: string
  createdBy: { name: string }
  startsAt?: string
}

interface Kind {
  name: 'events' | 'news'
  title: string
  noun: string
}

const events: Kind = { name: 'events', title: 'Events', noun: 'event' }
const news: Kind = { name: 'news', title: 'News', noun: 'article' }

const states = { draft: 'Waiting for approval', approved: 'Approved', all: 'All' }

/** The council's events: those that wait for approval, unless others are asked for. */
export const showEvents = (c: Page) => showItems(c, events)

/** The council's news, likewise. */
export const showNews = (c: Page) => showItems(c, news)

export const approveEvents = (c: Page) => approveItems(c, events)
export const approveNews = (c: Page) => approveItems(c, news)

/** @param fault what is wrong with the selection that was sent */
async function showItems(c: Page, { name, title, noun }: Kind, fault?: string) {
  const { state = 'draft', cursor } = c.req.query()
  const approved = { draft: 'false', approved: 'true' }[state]
  const {
    answer: items,
    nextCursor,
    principal,
  } = await call<Item[]>(c, {
    path: `/api/${name}`,
    query: { approved, cursor },
  })
  const mayApprove = isAuthorised(principal, { plan: 'pro', scope: `${name}:write`, role: 'councillor' })
  const drafts = items.filter((item) => !item.approved)
  const path = `/console/${name}`
  return consolePage(c, {
    title,
    faults: { bulk: fault },
    status: fault ? 400 : 200,
    children: (
      <>
        <h1>{title}</h1>
        <Filters path={path} isSet={state !== 'draft'}>
          <div class="field">
            <label for="state">Which ones</label>
            <select id="state" name="state">
              {Object.entries(states).map(([id, words]) => (
                <option key={id} value={id} selected={id === state}>
                  {words}
                </option>
              ))}
            </select>
          </div>
        </Filters>
        <Table
          caption={`${title}: ${(states[state as keyof typeof states] ?? states.all).toLowerCase()}, newest first`}
          headings={['Title', ...(name === 'events' ? ['Begins'] : []), 'Source', 'Made', 'By', 'State']}
          rows={items.map((item) => [
            mayApprove && !item.approved ? (
              <label class="check">
                <input type="checkbox" name="id" value={item.id} form="bulk" /> {item.title}
              </label>
            ) : (
              item.title
            ),
            ...(item.startsAt ? [atTime(item.startsAt)] : []),
            item.source,
            atTime(item.createdAt),
            item.createdBy.name,
            item.approved ? 'Approved' : 'Waiting',
          ])}
          empty={
            state === 'draft'
              ? `No ${noun} waits for approval. What your systems send in arrives here first.`
              : `There is no ${noun} here yet.`
          }
        />
        {mayApprove && drafts.length > 0 && (
          <form id="bulk" class="bulk" tabindex={-1} method="post" action={addressOf(path, { state })}>
            <Hidden ticket={await newTicket(c)} />
            <button type="submit">Approve the selected ones</button>
          </form>
        )}
        <Pages path={path} query={{ state }} cursor={cursor} next={nextCursor} />
      </>
    ),
  })
}

/** Approves all that were selected, in one request; at most 100. */
async function approveItems(c: Page, kind: Kind) {
  const { name, noun } = kind
  const ids = ticked(c, 'id')
  if (ids.length === 0) return showItems(c, kind, `Select at least one ${noun}`)
  if (ids.length > 100) {
    return showItems(c, kind, `Select at most 100; ${counted(ids.length, noun)} were selected`)
  }
  await call(c, { method: 'POST', path: `/api/${name}/approve`, body: { ids } })
  return done(c, addressOf(`/console/${name}`, { state: c.req.query('state') }), 'approved')
}
