import { describe, expect, it } from 'vitest'
import { call } from '../support/call'
import { eventsOf, logOf } from '../support/changes'
import { sendForm } from '../support/form-calls'
import { newAddress, sendMessage } from '../support/public-calls'
import { makeSubmission } from '../support/rows'
import { d1Overtaken } from '../support/second-trip'
import { d1Of, makeKey, makeTenant } from '../support/tenants'

async function arrange() {
  const tenant = await makeTenant()
  return { tenant, ...(await makeKey(tenant)) }
}

const patch = (key: string, path: string, json: object) => call(path, { key, method: 'PATCH', json })

describe('A message is announced when it reaches the inbox', () => {
  const fields = { name: 'Alex Resident', email: 'alex@example.com', message: 'There is a deep hole.' }

  it('from the API, and from the form', async () => {
    const tenant = await makeTenant()
    expect((await sendMessage(tenant)).status).toBe(201)
    expect((await sendForm(tenant)).status).toBe(303)
    const { results } = await d1Of()
      .prepare('select id as target, reference from submissions where tenant_id = ? order by reference')
      .bind(tenant.id)
      .all()
    const arrival = { event: 'contact_submitted', type: 'submission', from: null, to: 'new' }
    expect(results).toHaveLength(2)
    expect(await logOf(tenant)).toEqual(
      results.map((message, index) => ({ sequence: index + 1, ...arrival, ...message })),
    )
  })

  it('but not when it is taken for spam, and once only when it is sent twice', async () => {
    const tenant = await makeTenant()
    const spam = { ...fields, message: 'Buy now http://a.example http://b.example http://c.example http://d.example' }
    expect((await sendMessage(tenant, spam)).status).toBe(201)
    const { results } = await d1Of().prepare('select status from submissions where tenant_id = ?').bind(tenant.id).all()
    expect(results).toEqual([{ status: 'spam' }])
    expect(await logOf(tenant)).toEqual([])
    const address = newAddress()
    await sendMessage(tenant, fields, { address })
    await sendMessage(tenant, fields, { address })
    expect(await eventsOf(tenant)).toEqual([['contact_submitted', expect.any(String)]])
  })

  const taken = { status: 'spam', spam_reasons: '["links"]' }

  it.each([
    ['spam marked as new', taken, ['new'], [['contact_submitted', 'spam', 'new']]],
    ['spam dismissed', taken, ['dismissed'], []],
    ['spam dismissed and then taken back', taken, ['dismissed', 'new'], [['contact_submitted', 'dismissed', 'new']]],
    [
      'spam taken back and dismissed after all',
      taken,
      ['new', 'dismissed'],
      [
        ['contact_submitted', 'spam', 'new'],
        ['submission_updated', 'new', 'dismissed'],
      ],
    ],
    [
      'spam taken back, and dismissed once it is spam again',
      taken,
      ['new', 'spam', 'dismissed'],
      [
        ['contact_submitted', 'spam', 'new'],
        ['submission_updated', 'new', 'spam'],
        ['submission_updated', 'spam', 'dismissed'],
      ],
    ],
    [
      'a message marked as spam and as new again',
      {},
      ['spam', 'new'],
      [
        ['submission_updated', 'new', 'spam'],
        ['contact_submitted', 'spam', 'new'],
      ],
    ],
    [
      'a message dismissed and taken back',
      {},
      ['dismissed', 'new'],
      [
        ['submission_updated', 'new', 'dismissed'],
        ['submission_updated', 'dismissed', 'new'],
      ],
    ],
    ['a message that is new already', {}, ['new'], []],
  ])('%s', async (_, columns, statuses, expected) => {
    const { tenant, key } = await arrange()
    const id = await makeSubmission(tenant, { reference: 'CF-1999-7', ...columns })
    for (const status of statuses) {
      expect((await patch(key, `/api/submissions/${id}`, { status })).status).toBe(200)
    }
    const about = { type: 'submission', target: id, reference: 'CF-1999-7' }
    expect(await logOf(tenant)).toEqual(
      expected.map(([event, from, to], index) => ({ sequence: index + 1, event, ...about, from, to })),
    )
  })

  it('and a change to a status that another has brought already says nothing', async () => {
    const { tenant, key } = await arrange()
    const id = await makeSubmission(tenant)
    const dismissed = "update submissions set status = 'dismissed' where id = ?"
    const bindings = { DB: d1Overtaken(() => d1Of().prepare(dismissed).bind(id).run()) }
    const json = { status: 'dismissed' }
    expect((await call(`/api/submissions/${id}`, { key, method: 'PATCH', json, bindings })).status).toBe(200)
    expect(await logOf(tenant)).toEqual([])
  })

  it.each([
    ['a message', {}, [['submission_updated', 'new', 'converted']]],
    ['spam that was never announced', taken, []],
  ])('converting %s creates a case', async (_, columns, others) => {
    const { tenant, key } = await arrange()
    const id = await makeSubmission(tenant, { reference: 'CF-1999-8', ...columns })
    const made = await call(`/api/submissions/${id}/convert`, { key, method: 'POST' })
    const { id: target, reference } = await made.json<{ id: string; reference: string }>()
    expect(await logOf(tenant)).toEqual([
      { sequence: 1, event: 'case_created', type: 'case', target, reference, from: null, to: 'open' },
      ...others.map(([event, from, to]) => ({
        sequence: 2,
        event,
        type: 'submission',
        target: id,
        reference: 'CF-1999-8',
        from,
        to,
      })),
    ])
    expect((await call(`/api/submissions/${id}/convert`, { key, method: 'POST' })).status).toBe(409)
    expect(await logOf(tenant)).toHaveLength(1 + others.length)
  })
})
