import type { z } from 'zod'
import { isAuthorised } from '../../../gate/requirement'
import type { User } from '../../../routes/users/user-schemas'
import { call } from '../api-call'
import { casesOf } from '../cases/case-list'
import { consolePage } from '../layout/frame'
import { Pages } from '../layout/list'
import { Table } from '../layout/table'
import type { Page } from '../page'
import { managingPeople } from './person-form'

/** The council's users. */
export async function showPeople(c: Page) {
  const { cursor } = c.req.query()
  const {
    answer: users,
    nextCursor,
    principal,
  } = await call<z.infer<typeof User>[]>(c, { path: '/api/users', query: { cursor } })
  const mayChange = isAuthorised(principal, managingPeople)
  return consolePage(c, {
    title: 'People',
    children: (
      <>
        <h1>People</h1>
        {mayChange && (
          <p>
            <a class="button" href="/console/people/new">
              Add a person
            </a>
          </p>
        )}
        <Table
          caption="People and service users, by email address"
          headings={['Name', 'Email', 'Role', 'State', 'Cases']}
          rows={users.map(({ id, name, email, role, enabled }) => [
            mayChange ? <a href={`/console/people/${id}`}>{name}</a> : name,
            email,
            role,
            enabled ? 'Enabled' : 'Disabled',
            <a href={casesOf(id)}>
              Cases<span class="unseen"> of {name}</span>
            </a>,
          ])}
          empty="There is nobody here yet."
        />
        <Pages path="/console/people" query={{}} cursor={cursor} next={nextCursor} />
      </>
    ),
  })
}
