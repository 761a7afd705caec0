import type { z } from 'zod'
import { categoryChoices, userChoices, wardChoices } from '../../../db/console'
import type { Results } from '../../../db/query'
import { statuses } from '../../../domain/vocabulary'
import type { CaseList } from '../../../routes/cases/case-schemas'
import { call } from '../api-call'
import { consolePage } from '../layout/frame'
import { addressOf, ChosenFilters, Filters, Pages } from '../layout/list'
import { Table } from '../layout/table'
import { atTime, choicesOf, number, statusNames } from '../layout/words'
import type { Page } from '../page'

/** Filters of the list, as its address has them. */
const names = ['search', 'status', 'wardId', 'categoryId', 'assigneeId', 'from', 'to', 'archived', 'sort'] as const
type Query = Partial<Record<(typeof names)[number], string>>

const orders = {
  '-createdAt': 'Newest first',
  createdAt: 'Oldest first',
  '-updatedAt': 'Last changed first',
  reference: 'By reference',
  status: 'By status',
}

const choices = { wards: wardChoices, categories: categoryChoices, users: userChoices }

/** Cases, by filters and a search. */
export async function showCases(c: Page) {
  const asked = c.req.query()
  const query: Query = Object.fromEntries(names.map((name) => [name, asked[name]]))
  const { from, to, ...rest } = query
  const { answer, alongside } = await call<z.infer<typeof CaseList>, typeof choices>(c, {
    path: '/api/cases',
    query: {
      ...rest,
      createdFrom: from && `${from}T00:00:00Z`,
      createdTo: to && `${to}T23:59:59.999Z`,
      page: asked.page,
      cursor: asked.cursor,
    },
    alongside: choices,
  })
  const { cases, pagination, rankedAmong, unranked } = answer
  const chosen = chosenOf(query, alongside)
  return consolePage(c, {
    title: 'Cases',
    children: (
      <>
        <h1>Cases</h1>
        <CaseFilters query={query} choices={alongside} isSet={chosen.length > 0} />
        <ChosenFilters path="/console/cases" query={query} chosen={chosen} />
        <Table
          caption={`Cases: ${pagination.totalCapped ? 'more than ' : ''}${number(pagination.total)}`}
          headings={['Reference', 'Summary', 'Resident', 'Ward', 'Assigned to', 'Status', 'Made']}
          rows={cases.map((one) => [
            <a class="reference" href={`/console/cases/${one.id}`}>
              {one.reference}
            </a>,
            one.summary,
            one.residentName,
            one.ward?.name ?? null,
            one.assignee?.name ?? 'Nobody',
            statusNames[one.status],
            atTime(one.createdAt),
          ])}
          empty={
            chosen.length > 0
              ? 'No case is like that. Take a filter away.'
              : 'There are no cases yet. They are made of messages in the inbox, or by your own systems.'
          }
        />
        {pagination.partial && (
          <p>This page ends early: few of the cases that were looked at match. Go on to older ones.</p>
        )}
        {rankedAmong && (
          <p>Only the newest {number(rankedAmong)} cases with these words are ranked. Add a word to find older ones.</p>
        )}
        {unranked && <p>These are the newest first: there are too many cases to rank more than three words.</p>}
        <Pages
          path="/console/cases"
          query={query}
          page={pagination.page}
          cursor={asked.cursor}
          next={pagination.nextCursor}
        />
      </>
    ),
  })
}

/** The filters that are set, in words. */
function chosenOf(query: Query, { wards, categories, users }: Results<typeof choices>) {
  const nameOf = (list: readonly { id: string; name: string }[], id: string) =>
    list.find((one) => one.id === id)?.name ?? id
  const words: Partial<Record<keyof Query, (value: string) => string>> = {
    search: (value) => `Search: ${value}`,
    status: (value) => `Status: ${statusNames[value as keyof typeof statusNames] ?? value}`,
    wardId: (value) => `Ward: ${nameOf(wards, value)}`,
    categoryId: (value) => `Category: ${nameOf(categories, value)}`,
    assigneeId: (value) => `Assigned to: ${value === 'none' ? 'nobody' : nameOf(users, value)}`,
    from: (value) => `From ${value}`,
    to: (value) => `To ${value}`,
    archived: () => 'Archived ones',
  }
  return names.flatMap((name) => {
    const [value, say] = [query[name], words[name]]
    return value && say ? [{ name, words: say(value) }] : []
  })
}

interface FiltersProps {
  query: Query
  choices: Results<typeof choices>
  isSet: boolean
}

function CaseFilters({ query, choices: { wards, categories, users }, isSet }: FiltersProps) {
  const picks = [
    { name: 'status', label: 'Status', none: 'Any', of: statuses.map((id) => ({ id, name: statusNames[id] })) },
    { name: 'wardId', label: 'Ward', none: 'Any', of: wards },
    { name: 'categoryId', label: 'Category', none: 'Any', of: categories },
    { name: 'assigneeId', label: 'Assigned to', none: 'Anybody', of: [{ id: 'none', name: 'Nobody' }, ...users] },
    { name: 'archived', label: 'Archive', none: 'Not archived', of: [{ id: 'true', name: 'Archived' }] },
    {
      name: 'sort',
      label: 'Order',
      none: query.search ? 'Best match first' : 'Newest first',
      of: choicesOf(orders).slice(query.search ? 0 : 1),
    },
  ] as const
  return (
    <Filters path="/console/cases" isSet={isSet}>
      <div class="field">
        <label for="search">Search</label>
        <input id="search" name="search" type="search" value={query.search} autocomplete="off" maxlength={200} />
      </div>
      {picks.map(({ name, label, none, of }) => (
        <div class="field" key={name}>
          <label for={name}>{label}</label>
          <select id={name} name={name}>
            <option value="">{none}</option>
            {of.map((one) => (
              <option key={one.id} value={one.id} selected={one.id === query[name]}>
                {one.name}
              </option>
            ))}
          </select>
        </div>
      ))}
      {(['from', 'to'] as const).map((name) => (
        <div class="field" key={name}>
          <label for={name}>{name === 'from' ? 'Made on or after' : 'Made on or before'}</label>
          <input id={name} name={name} type="date" value={query[name]} />
        </div>
      ))}
    </Filters>
  )
}

/** Address of the list of a person's cases. */
export const casesOf = (assigneeId: string): string => addressOf('/console/cases', { assigneeId })
