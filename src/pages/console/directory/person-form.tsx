import type { z } from 'zod'
import { roles } from '../../../domain/vocabulary'
import type { ApiError } from '../../../errors'
import type { User } from '../../../routes/users/user-schemas'
import { Choice, Input } from '../../layout/form-fields'
import { attempt, call } from '../api-call'
import { answersTo, faultsOf, requireMendable, type Sentences } from '../form'
import { Form } from '../layout/form'
import { consolePage } from '../layout/frame'
import { done } from '../notice'
import { idOf, newTicket, type Page } from '../page'

/** What changing people takes. */
export const managingPeople = { plan: 'council', scope: 'settings:write', role: 'admin' } as const

const names = ['name', 'email', 'role', 'enabled'] as const
type Name = (typeof names)[number]
type Answers = Partial<Record<Name | 'version', string>>

const sentences: Sentences<Name> = {
  name: { required: 'Enter the person’s name' },
  email: { required: 'Enter an email address', format: 'Enter an email address, like name@example.com' },
  role: { required: 'Choose a role', enum: 'Choose a role' },
}

const isNew = (c: Page) => idOf(c) === 'new'
const pathOf = (c: Page) => `/api/users/${encodeURIComponent(idOf(c))}`

/** The form of a person, new or known. */
export async function showPerson(c: Page) {
  if (isNew(c)) {
    await call(c, { path: '/api/me', required: managingPeople })
    return personForm(c, { role: 'caseworker', enabled: 'true' })
  }
  const { answer } = await call<z.infer<typeof User>>(c, { path: pathOf(c), required: managingPeople })
  const { name, email, role, enabled, version } = answer
  return personForm(c, { name, email, role, enabled: String(enabled), version: String(version) })
}

/** Adds a person, or changes one: 409 where somebody else was first, or has that email address. */
export async function savePerson(c: Page) {
  const answers = answersTo(c, [...names, 'version'])
  const { enabled, version, ...rest } = answers
  const body = { ...rest, enabled: enabled === 'true', ...(version && { version: Number(version) }) }
  const called = await attempt(
    c,
    isNew(c) ? { method: 'POST', path: '/api/users', body } : { method: 'PATCH', path: pathOf(c), body },
  )
  return called.refusal ? personForm(c, answers, called.refusal) : done(c, '/console/people', 'saved')
}

async function personForm(c: Page, answers: Answers, refusal?: ApiError) {
  const isTaken = refusal?.code === 'conflict' && refusal.details?.current === undefined
  const faults = isTaken ? { email: refusal.message } : faultsOf(refusal, names, sentences)
  if (refusal) requireMendable(refusal, faults)
  const given = { answers, faults }
  const title = isNew(c) ? 'Add a person' : 'Change a person'
  const { version } = answers
  return consolePage(c, {
    title,
    trail: [['/console/people', 'People']],
    faults,
    status: refusal?.status,
    children: (
      <>
        <h1>{title}</h1>
        <Form
          action={`/console/people/${idOf(c)}`}
          ticket={await newTicket(c)}
          values={version ? { version } : {}}
          label="Save"
        >
          <Input {...given} name="name" label="Name" autocomplete="off" />
          <Input {...given} name="email" label="Email address" type="email" spellcheck={false} />
          <Choice
            {...given}
            name="role"
            label="Role"
            hint="Their keys have it too, from the next request on."
            of={roles.map((role) => ({ id: role, name: role }))}
            none={null}
          />
          <Choice
            {...given}
            name="enabled"
            label="State"
            hint="The keys of somebody who is disabled stop working at once."
            of={[
              { id: 'true', name: 'Enabled' },
              { id: 'false', name: 'Disabled' },
            ]}
            none={null}
          />
        </Form>
      </>
    ),
  })
}
