import { userChoices } from '../../../db/console'
import type { Ref } from '../../../db/ref'
import { fromLeast, roles, scopes } from '../../../domain/vocabulary'
import type { ApiError } from '../../../errors'
import type { Principal } from '../../../gate/principal'
import type { MadeKey } from '../../../routes/keys/key-rules'
import { Area, Choice, Input } from '../../layout/form-fields'
import { attempt, call } from '../api-call'
import { answersTo, faultsOf, requireMendable, type Sentences, ticked } from '../form'
import { Checks, Form } from '../layout/form'
import { consolePage } from '../layout/frame'
import { newTicket, type Page } from '../page'
import { showOnce } from '../shown-once'
import { managing } from './key-requirements'

const names = ['name', 'role', 'userId', 'limit', 'windowSeconds', 'expiresAt', 'allowedAddresses'] as const
type Name = (typeof names)[number]

const sentences: Sentences<Name | 'scopes'> = {
  name: { required: 'Enter what the key is for' },
  role: { required: 'Choose a role, or a person' },
  userId: { required: 'Choose a person, or a role', format: 'Choose either a role or a person' },
  scopes: {
    required: 'Choose at least one thing that the key may do',
    too_short: 'Choose at least one thing that the key may do',
  },
}

const alongside = { users: userChoices }

interface KeyForm {
  principal: Principal
  users: readonly Ref[]
  answers: Partial<Record<Name, string>>
  checked: readonly string[]
  refusal?: ApiError
}

/** The form of a new key. */
export async function showKeyForm(c: Page) {
  const { alongside: shown, principal } = await call(c, { path: '/api/me', alongside, required: managing })
  return keyForm(c, { principal, users: shown.users, answers: {}, checked: [] })
}

/** Makes a key, and goes on to the page that shows it once. */
export async function createKey(c: Page) {
  const answers = answersTo(c, names)
  const checked = ticked(c, 'scopes')
  const { limit, windowSeconds, expiresAt, allowedAddresses, ...rest } = answers
  const body = {
    ...rest,
    scopes: checked,
    limit: wholeOf(limit),
    windowSeconds: wholeOf(windowSeconds),
    expiresAt: expiresAt === '' ? null : `${expiresAt}T23:59:59Z`,
    allowedAddresses: allowedAddresses === '' ? null : allowedAddresses.split(/[\s,]+/).filter(Boolean),
  }
  const made = await attempt<MadeKey, typeof alongside>(c, { method: 'POST', path: '/api/keys', body, alongside })
  if (!made.refusal) return showOnce(c, `/console/keys/${made.answer.id}/made`, made.answer.key)
  const { principal } = c.var.gate
  return keyForm(c, { principal, users: made.alongside.users, answers, checked, refusal: made.refusal })
}

/** A number as it was typed; what is none stays as it is, for the API to say so. */
const wholeOf = (text: string) => (text === '' ? null : Number.isNaN(Number(text)) ? text : Number(text))

async function keyForm(c: Page, { principal, users, answers, checked, refusal }: KeyForm) {
  const faults = faultsOf(refusal, [...names, 'scopes'], sentences)
  // Where neither a role nor a person was chosen, one sentence says both.
  if (faults.role) delete faults.userId
  if (refusal) requireMendable(refusal, faults)
  const given = { answers, faults }
  const { requests, windowSeconds } = principal.limit
  const ownRoles = roles.filter((role) => fromLeast(roles, role).includes(principal.role))
  return consolePage(c, {
    title: 'Create a key',
    trail: [['/console/keys', 'Keys']],
    faults,
    status: refusal?.status,
    children: (
      <>
        <h1>Create a key</h1>
        <Form action="/console/keys/new" ticket={await newTicket(c)} label="Create key">
          <Input {...given} name="name" label="What it is for" hint="For example: Website sync" />
          <Checks
            name="scopes"
            legend="What it may do"
            hint="Only what your own key may do can be chosen."
            of={scopes.filter((scope) => principal.scopes.includes(scope)).map((scope) => ({ id: scope, name: scope }))}
            checked={checked}
            fault={faults.scopes}
          />
          <Choice
            {...given}
            name="role"
            label="Role"
            hint="The key belongs to a service user of this role, not to a person."
            of={ownRoles.map((role) => ({ id: role, name: role }))}
            none="Choose a role"
          />
          <Choice
            {...given}
            name="userId"
            label="Or a person (instead of a role)"
            of={users}
            none="No one in particular"
          />
          <details open={['limit', 'windowSeconds', 'expiresAt', 'allowedAddresses'].some((name) => name in faults)}>
            <summary>Limits, end and addresses</summary>
            <Input
              {...given}
              name="limit"
              label="Requests in its window (optional)"
              hint={`At most the deployment’s own; yours is ${requests}. Here it can only be lowered.`}
              short
            />
            <Input
              {...given}
              name="windowSeconds"
              label="Length of its window in seconds (optional)"
              hint={`At least the deployment’s own; yours is ${windowSeconds}.`}
              short
            />
            <Input {...given} name="expiresAt" type="date" label="Last day (optional)" short />
            <Area
              {...given}
              name="allowedAddresses"
              label="Addresses it may be used from (optional)"
              hint="IPv4 or IPv6 addresses or ranges, one a line, like 203.0.113.0/24. From anywhere else it does not work."
              rows={3}
            />
          </details>
        </Form>
      </>
    ),
  })
}
