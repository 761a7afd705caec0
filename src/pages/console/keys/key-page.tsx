import { familyOfKey } from '../../../db/keys/keys'
import { keptDays, usageByDay } from '../../../domain/usage'
import { ApiError } from '../../../errors'
import type { Requirement } from '../../../gate/requirement'
import { isAuthorised } from '../../../gate/requirement'
import type { MadeKey } from '../../../routes/keys/key-rules'
import { Input } from '../../layout/form-fields'
import { attempt, call } from '../api-call'
import { faultsOf, requireMendable, typed } from '../form'
import { DayChart } from '../layout/chart'
import { Action, Form } from '../layout/form'
import { consolePage } from '../layout/frame'
import { Details, Table } from '../layout/table'
import { atTime, number, onDay } from '../layout/words'
import { done } from '../notice'
import { idOf, newTicket, type Page } from '../page'
import { openSession } from '../session'
import { hideSecret, secretPage, secretShown, showOnce } from '../shown-once'
import { stateOf } from './key-list'
import { managing, reading } from './key-requirements'

const keysTrail = ['/console/keys', 'Keys'] as const

const keyAlongside = { key: familyOfKey }

/** The family of a key, as its newest live key. Throws 404. */
async function getKey(c: Page, required: Requirement = reading) {
  const values = { id: idOf(c) }
  const asked = { path: '/api/me', alongside: keyAlongside, values, required }
  const { key } = (await call<unknown, typeof keyAlongside>(c, asked)).alongside
  if (!key) throw new ApiError('not_found')
  return key
}

/** A key: what it may do, its usage by day, and its end. */
export async function showKey(c: Page) {
  const key = await getKey(c)
  const days = usageByDay(key.days, c.var.gate.now, keptDays)
  const name = key.name ?? key.prefix
  const mayEnd = stateOf(key) === 'Live' && isAuthorised(c.var.gate.principal, managing)
  return consolePage(c, {
    title: name,
    trail: [keysTrail],
    children: (
      <>
        <h1>{name}</h1>
        <Details
          of={[
            ['State', stateOf(key)],
            ['Begins with', <code>{key.prefix}</code>],
            ['Role', key.role],
            ['May', key.scopes.join(', ')],
            ['Limit', `${number(key.limit)} requests in any ${key.windowSeconds} seconds`],
            ['Addresses', key.allowedAddresses?.join(', ') ?? 'Any'],
            ['Made', atTime(key.createdAt)],
            ['Ends', key.expiresAt ? atTime(key.expiresAt) : 'Never'],
            ['Revoked', key.revokedAt && atTime(key.revokedAt)],
            ['Last used', key.lastUsedAt ? atTime(key.lastUsedAt) : 'Never'],
            ['Requests so far', number(key.total)],
          ]}
        />
        {mayEnd && (
          <p class="actions">
            <a class="button secondary" href={`/console/keys/${key.id}/rotate`}>
              Replace this key
            </a>
            <a class="button warning" href={`/console/keys/${key.id}/revoke`}>
              Revoke this key
            </a>
          </p>
        )}
        <h2>Usage of the last 30 days</h2>
        <DayChart title={`Requests with ${name} by day`} days={days} />
        <Table
          caption={`Requests with ${name} by day, latest first; days begin at midnight UTC`}
          headings={['Day', 'Requests']}
          numeric={[1]}
          rows={days.toReversed().map(({ date, requests }) => [onDay(date), number(requests)])}
          empty=""
        />
      </>
    ),
  })
}

/** Asks before a key is revoked. */
export async function confirmRevocation(c: Page) {
  const key = await getKey(c, managing)
  const name = key.name ?? key.prefix
  const isOwn = c.var.gate.principal.key.familyId === key.familyId
  return consolePage(c, {
    title: `Revoke ${name}`,
    trail: [keysTrail, [`/console/keys/${key.id}`, name]],
    children: (
      <>
        <h1>Revoke {name}?</h1>
        <p>
          It stops working at once, with every key that it has replaced, and cannot be used again.{' '}
          {key.lastUsedAt ? `It was last used at ${atTime(key.lastUsedAt)}.` : 'It has never been used.'}
        </p>
        {isOwn && (
          <p>
            <strong>This is the key that you are signed in with. You will be signed out.</strong>
          </p>
        )}
        <div class="actions">
          <Action
            action={`/console/keys/${key.id}/revoke`}
            ticket={await newTicket(c)}
            kind="warning"
            label="Revoke key"
          />
          <a href={`/console/keys/${key.id}`}>Keep it</a>
        </div>
      </>
    ),
  })
}

/** Revokes a key. */
export async function revokeKey(c: Page) {
  const id = idOf(c)
  await call(c, { method: 'DELETE', path: `/api/keys/${encodeURIComponent(id)}` })
  return done(c, `/console/keys/${id}`, 'revoked')
}

/** Asks how long the old key goes on working. */
export async function showRotation(c: Page) {
  const key = await getKey(c, managing)
  return rotationForm(c, key.name ?? key.prefix, '60', {})
}

/** Replaces a key by a new one, and goes on to the page that shows it once. */
export async function rotateKey(c: Page) {
  const id = idOf(c)
  const minutes = typed(c, 'minutes')
  const graceSeconds = Number.isNaN(Number(minutes)) ? minutes : Math.round(Number(minutes) * 60)
  const made = await attempt<MadeKey, typeof keyAlongside>(c, {
    method: 'POST',
    path: `/api/keys/${encodeURIComponent(id)}/rotate`,
    body: minutes === '' ? {} : { graceSeconds },
    alongside: keyAlongside,
    values: { id },
  })
  if (!made.refusal) {
    // Else whoever has replaced their own key would be signed out by it, and might never see the new one.
    const isOwn = made.principal.key.familyId === made.answer.familyId
    if (isOwn) c.set('session', await openSession(c, made.answer.key, c.var.session.until))
    return showOnce(c, `/console/keys/${made.answer.id}/made`, made.answer.key)
  }
  const { graceSeconds: fault } = faultsOf(made.refusal, ['graceSeconds'])
  requireMendable(made.refusal, { ...(fault && { fault }) })
  const name = made.alongside.key?.name ?? made.alongside.key?.prefix ?? ''
  return rotationForm(c, name, minutes, { minutes: 'Enter a number of minutes from 0 to 1,440, a day' })
}

async function rotationForm(c: Page, name: string, minutes: string, faults: { minutes?: string }) {
  const path = `/console/keys/${idOf(c)}`
  return consolePage(c, {
    title: `Replace ${name}`,
    trail: [keysTrail, [path, name]],
    faults,
    status: faults.minutes ? 422 : 200,
    children: (
      <>
        <h1>Replace {name}</h1>
        <p>
          You get a new key with the same scopes, role and limit. The old one goes on working for a while, so that
          whoever uses it can change over, but it can no longer manage keys.
        </p>
        <Form action={`${path}/rotate`} ticket={await newTicket(c)} label="Replace key">
          <Input
            name="minutes"
            label="Minutes that the old key goes on working"
            hint="0 to 1,440. With 0 it stops at once."
            answers={{ minutes }}
            faults={faults}
            short
          />
        </Form>
      </>
    ),
  })
}

/** A new key, shown once. */
export async function showMadeKey(c: Page) {
  const key = await getKey(c)
  return secretPage(c, {
    title: 'Your new key',
    noun: 'key',
    secret: await secretShown(c),
    advice: 'Whoever has it can do all that it may do.',
    trail: [keysTrail, [`/console/keys/${key.id}`, key.name ?? key.prefix]],
  })
}

/** Hides a new key. */
export async function hideMadeKey(c: Page) {
  await call(c, { path: '/api/me' })
  return hideSecret(c, `/console/keys/${idOf(c)}`, 'key-hidden')
}
