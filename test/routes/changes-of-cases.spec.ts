import { describe, expect, it } from 'vitest'
import { call } from '../support/call'
import { eventsOf, logOf } from '../support/changes'
import { sendInStep } from '../support/in-step'
import { sendMessage } from '../support/public-calls'
import { makeCase } from '../support/rows'
import { d1Overtaken } from '../support/second-trip'
import { d1Of, makeKey, makeTenant } from '../support/tenants'

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
