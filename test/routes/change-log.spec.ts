import { describe, expect, it } from 'vitest'
import { call } from '../support/call'
import { eventsOf, logOf } from '../support/changes'
import { sendForm } from '../support/form-calls'
import { sendInStep } from '../support/in-step'
import { newAddress, sendMessage } from '../support/public-calls'
import { kinds, makeItem } from '../support/publications'
import { makeCase, makePlace, makeSubmission } from '../support/rows'
import { d1Overtaken } from '../support/second-trip'
import { d1Of, insert, makeKey, makeTenant, makeUser, type TestTenant } from '../support/tenants'

const aCase = { residentName: 'Alex Resident', summary: 'Pothole' }

async function arrange() {
  const tenant = await makeTenant()
  return { tenant, ...(await makeKey(tenant)) }
}

const patch = (key: string, path: string, json: object) => call(path, { key, method: 'PATCH', json })

describe('A change of a case is one row of the log', () => {
  it('when it is created: with its reference and status, and the time of the case itself', async () => {
    const { tenant, key } = await arrange()
    const made = await call('/api/cases', { key, json: { ...aCase, status: 'resolved' } })
    const { id, reference, createdAt } = await made.json<Record<string, string>>()
    expect(await d1Of().prepare('select * from changes where tenant_id = ?').bind(tenant.id).all()).toMatchObject({
      results: [
        {
          tenant_id: tenant.id,
          sequence: 1,
          id: expect.stringMatching(/^chg_[0-9A-HJKMNP-TV-Z]{26}$/),
          event: 'case_created',
          at: Date.parse(createdAt ?? ''),
          target_type: 'case',
          target_id: id,
          reference,
          from_status: null,
          to_status: 'resolved',
        },
      ],
    })
  })

  const about = (id: string, reference: string) => ({ type: 'case', target: id, reference })

  it.each([
    [{ status: 'in_progress' }, [['case_status_changed', 'open', 'in_progress']]],
    [
      { status: 'resolved' },
      [
        ['case_status_changed', 'open', 'resolved'],
        ['case_resolved', 'open', 'resolved'],
      ],
    ],
    [
      { status: 'closed' },
      [
        ['case_status_changed', 'open', 'closed'],
        ['case_closed', 'open', 'closed'],
      ],
    ],
    [{ summary: 'Two potholes' }, [['case_updated', null, null]]],
    [{ assigneeId: null }, []],
    [{ status: 'open', archived: false }, []],
    [{ archived: true }, [['case_archived', null, null]]],
    [
      { status: 'closed', archived: true, summary: 'Mended' },
      [
        ['case_status_changed', 'open', 'closed'],
        ['case_closed', 'open', 'closed'],
        ['case_archived', null, null],
        ['case_updated', null, null],
      ],
    ],
  ])('when it is changed: %j', async (json, expected) => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant, { reference: 'CW-1999-0001' })
    expect((await patch(key, `/api/cases/${id}`, json)).status).toBe(200)
    expect(await logOf(tenant)).toEqual(
      expected.map(([event, from, to], index) => ({
        sequence: index + 1,
        event,
        from,
        to,
        ...about(id, 'CW-1999-0001'),
      })),
    )
  })

  it('when it is brought back from the archive, or given to somebody', async () => {
    const { tenant, key, user } = await arrange()
    const id = await makeCase(tenant, { archived: 1 })
    await patch(key, `/api/cases/${id}`, { archived: false })
    await patch(key, `/api/cases/${id}`, { assigneeId: user.id })
    expect(await eventsOf(tenant)).toEqual([
      ['case_updated', id],
      ['case_updated', id],
    ])
  })

  it('when it gets a note', async () => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant, { reference: 'CW-1999-0002' })
    expect((await call(`/api/cases/${id}/notes`, { key, json: { body: 'Called back.' } })).status).toBe(201)
    const event = { sequence: 1, event: 'case_note_added', from: null, to: null }
    expect(await logOf(tenant)).toEqual([{ ...event, ...about(id, 'CW-1999-0002') }])
  })

  it('but not when another change has brought the status already', async () => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant)
    const closed = "update cases set status = 'closed' where id = ?"
    const bindings = { DB: d1Overtaken(() => d1Of().prepare(closed).bind(id).run()) }
    const response = await call(`/api/cases/${id}`, { key, method: 'PATCH', json: { status: 'closed' }, bindings })
    expect(response.status).toBe(200)
    expect(await logOf(tenant)).toEqual([])
  })
})

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

describe.each(kinds)('An item of $path', (kind) => {
  const { path, body, kind: name } = kind

  it('is updated as a draft, published by approval only, updated and deleted', async () => {
    const { tenant, key } = await arrange()
    const { id } = await (await call(path, { key, json: body })).json<{ id: string }>()
    await patch(key, `${path}/${id}`, { title: 'Moved' })
    await patch(key, `${path}/${id}`, { title: 'Moved' })
    await call(`${path}/approve`, { key, json: { ids: [id] } })
    await call(`${path}/approve`, { key, json: { ids: [id] } })
    await patch(key, `${path}/${id}`, { title: 'Moved again' })
    await call(`${path}/${id}`, { key, method: 'DELETE' })
    await call(`${path}/${id}`, { key, method: 'DELETE' })
    const about = { type: name, target: id, reference: null, from: null, to: null }
    expect(await logOf(tenant)).toEqual(
      ['updated', 'updated', 'published', 'updated', 'deleted'].map((what, index) => ({
        sequence: index + 1,
        event: `${name}_${what}`,
        ...about,
      })),
    )
  })

  it('is published with others in one row each, without a gap', async () => {
    const { tenant, key, user } = await arrange()
    const by = { createdBy: user.id }
    const drafts = [
      await makeItem(tenant, kind, by),
      await makeItem(tenant, kind, by),
      await makeItem(tenant, kind, by),
    ]
    const published = await makeItem(tenant, kind, { ...by, publishedAt: 1000 })
    await patch(key, `${path}/${published}`, { title: 'Moved' })
    const response = await call(`${path}/approve`, { key, json: { ids: [...drafts, published] } })
    await expect(response).toAnswer(200, { approved: 4 })
    expect(await eventsOf(tenant)).toEqual([
      [`${name}_updated`, published],
      ...drafts.toSorted().map((id) => [`${name}_published`, id]),
    ])
    const { results } = await d1Of()
      .prepare('select count(distinct id) as ids from changes where tenant_id = ?')
      .bind(tenant.id)
      .all()
    expect(results).toEqual([{ ids: 4 }])
  })
})

describe('A ward and its councillors', () => {
  const councillor = (tenant: TestTenant) => makeUser(tenant, { role: 'councillor' })

  it('are in the log when the ward is created, and when its fields change', async () => {
    const { tenant, key, user: admin } = await arrange()
    const { id: userId } = await councillor(tenant)
    const json = { name: 'Arwenack', councillorIds: [userId, admin.id] }
    const { id } = await (await call('/api/wards', { key, json })).json<{ id: string }>()
    await patch(key, `/api/wards/${id}`, { name: 'Penwerris' })
    await patch(key, `/api/wards/${id}`, { name: 'Penwerris' })
    expect(await logOf(tenant)).toEqual(
      [
        ['ward_updated', 'ward', id],
        ['councillor_profile_updated', 'user', userId],
        ['ward_updated', 'ward', id],
      ].map(([event, type, target], index) => ({
        ...{ sequence: index + 1, event, type, target },
        ...{ reference: null, from: null, to: null },
      })),
    )
  })

  it('are in the log when the ward gets other councillors: those who come and go, not those who stay', async () => {
    const { tenant, key, user: admin } = await arrange()
    const [goes, stays, comes] = [await councillor(tenant), await councillor(tenant), await councillor(tenant)]
    const id = await makePlace('wards', tenant)
    for (const { id: user } of [goes, stays, admin]) await insert('ward_councillors', { ward_id: id, user_id: user })
    const json = { councillorIds: [stays.id, comes.id] }
    expect((await patch(key, `/api/wards/${id}`, json)).status).toBe(200)
    expect(await eventsOf(tenant)).toEqual([
      ['ward_updated', id],
      ...[goes.id, comes.id].toSorted().map((user) => ['councillor_profile_updated', user]),
    ])
  })
})

describe('A councillor’s profile', () => {
  it('is in the log when they are created, and other users are not', async () => {
    const { tenant, key } = await arrange()
    const person = { name: 'Sam Councillor', email: 'sam@example.com', role: 'councillor' }
    const { id } = await (await call('/api/users', { key, json: person })).json<{ id: string }>()
    await call('/api/users', { key, json: { ...person, email: 'kim@example.com', role: 'manager' } })
    await call('/api/keys', { key, json: { name: 'Sync', scopes: ['cases:read'], role: 'councillor' } })
    expect(await eventsOf(tenant)).toEqual([['councillor_profile_updated', id]])
  })

  it.each([
    ['councillor', { name: 'Sam New' }, 1],
    ['councillor', { email: 'new@example.com' }, 1],
    ['councillor', { enabled: false }, 1],
    ['councillor', { role: 'manager' }, 1],
    ['manager', { role: 'councillor' }, 1],
    ['councillor', { role: 'councillor' }, 0],
    ['manager', { name: 'Sam New' }, 0],
    ['caseworker', { role: 'manager' }, 0],
  ] as const)('of a %s, changed by %j, is %i rows', async (role, json, rows) => {
    const { tenant, key } = await arrange()
    const { id } = await makeUser(tenant, { role })
    expect((await patch(key, `/api/users/${id}`, json)).status).toBe(200)
    expect(await eventsOf(tenant)).toEqual(Array(rows).fill(['councillor_profile_updated', id]))
  })

  it('is none of a service user', async () => {
    const { tenant, key } = await arrange()
    const json = { name: 'Sync', scopes: ['cases:read'], role: 'councillor' }
    const { userId } = await (await call('/api/keys', { key, json })).json<{ userId: string }>()
    expect((await patch(key, `/api/users/${userId}`, { enabled: false })).status).toBe(200)
    expect(await eventsOf(tenant)).toEqual([])
  })
})

describe('The numbers of a log', () => {
  it('have no gap, however many write at once, and are in the order of commits', async () => {
    const { tenant, key } = await arrange()
    const other = await makeTenant()
    const { key: theirs } = await makeKey(other)
    const ids = await Promise.all(Array.from({ length: 25 }, () => makeCase(tenant)))
    const creations = ids.map((_, n) => ({ path: '/api/cases', json: { ...aCase, summary: `Number ${n}` } }))
    const closings = ids.map((id) => ({ path: `/api/cases/${id}`, method: 'PATCH', json: { status: 'closed' } }))
    const [responses] = await Promise.all([
      sendInStep('', key, [...creations, ...closings]),
      sendInStep('/api/cases', theirs, creations.slice(0, 5)),
    ])
    expect(responses.map(({ status }) => status)).toEqual([...Array(25).fill(201), ...Array(25).fill(200)])
    const log = await logOf(tenant)
    expect(log.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 75 }, (_, n) => n + 1))
    expect((await logOf(other)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5])
    const references = log.filter(({ event }) => event === 'case_created').map(({ reference }) => reference)
    expect(references).toEqual(references.toSorted())
    const { results } = await d1Of()
      .prepare('select at from changes where tenant_id = ? order by sequence')
      .bind(tenant.id)
      .all()
    expect(results).toEqual(results.toSorted((a, b) => Number(a.at) - Number(b.at)))
  })

  it('do not count what is refused, replayed or rolled back', async () => {
    const { tenant, key } = await arrange()
    const headers = { 'Idempotency-Key': 'once' }
    const create = (json: object) => call('/api/cases', { key, json, headers })
    expect((await create(aCase)).status).toBe(201)
    expect((await create(aCase)).status).toBe(201)
    expect((await create({ ...aCase, summary: 'Other' })).status).toBe(422)
    const twice = { key, json: { ...aCase, externalId: 'crm-1' } }
    const both = await sendInStep('/api/cases', key, [twice, twice])
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409])
    expect((await call('/api/cases', { key, json: { ...aCase, wardId: 'x' } })).status).toBe(422)
    expect((await logOf(tenant)).map(({ sequence, event }) => [sequence, event])).toEqual([
      [1, 'case_created'],
      [2, 'case_created'],
    ])
  })
})

it('Nothing that a resident has said or is called is in the log', async () => {
  const { tenant, key } = await arrange()
  const canaries = ['Zebedee Canary', 'canary@example.com', '01632960123', 'TR11AA', '1 Canary Row', 'canary trouble']
  const [name, email, phone, postcode, address, words] = canaries
  const resident = { residentName: name, residentEmail: email, residentPhone: phone, residentPostcode: postcode }
  const json = { ...resident, residentAddress: address, summary: words, description: words }
  const { id } = await (await call('/api/cases', { key, json })).json<{ id: string }>()
  await patch(key, `/api/cases/${id}`, { residentName: `${name} Junior`, description: `${words}!`, status: 'closed' })
  await call(`/api/cases/${id}/notes`, { key, json: { body: words } })
  await sendMessage(tenant, { name, email, phone, postcode, address, message: words })
  const { results } = await d1Of().prepare('select * from changes where tenant_id = ?').bind(tenant.id).all()
  expect(results).toHaveLength(6)
  const text = JSON.stringify(results)
  expect(canaries.filter((canary) => text.includes(canary))).toEqual([])
})
