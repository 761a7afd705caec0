import { describe, expect, test } from 'vitest'
import { call } from '../support/call'
import { arrange, create, get, invalid, least, patch, type Shown } from '../support/case-calls'
import { sendInStep } from '../support/in-step'
import { makeCase, makePlace } from '../support/rows'

describe('externalId', () => {
  test('a duplicate is 409 and names the case that has it, to those who may see it', async () => {
    const { tenant, key } = await arrange()
    const caseworker = await arrange('caseworker', tenant)
    const first = await (await create(key, { ...least, externalId: 'crm-1' })).json<Shown>()
    const other = await makeCase(tenant, { assignee_id: caseworker.user.id })
    const error = 'This externalId is already in use'
    const existing = { id: first.id, reference: first.reference }
    await expect(create(key, { ...least, externalId: 'crm-1' })).toAnswer(409, { error, details: { existing } })
    await expect(patch(key, other, { externalId: 'crm-1' })).toAnswer(409, { error, details: { existing } })
    await expect(create(caseworker.key, { ...least, externalId: 'crm-1' })).toAnswer(409, { error })
    await expect(patch(caseworker.key, other, { externalId: 'crm-1' })).toAnswer(409, { error })
    expect((await patch(key, first.id, { externalId: 'crm-1', summary: 'x' })).status).toBe(200)
  })

  test('belongs to one tenant, and is free again once cleared', async () => {
    const [{ key }, other] = [await arrange(), await arrange()]
    const { id } = await (await create(key, { ...least, externalId: 'crm-1' })).json<Shown>()
    expect((await create(other.key, { ...least, externalId: 'crm-1' })).status).toBe(201)
    await patch(key, id, { externalId: null })
    expect((await create(key, { ...least, externalId: 'crm-1' })).status).toBe(201)
  })
})

describe('PATCH /api/cases/:id', () => {
  test('changes what is sent and nothing else, and answers with what a GET shows', async () => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant, { description: 'Deep.', updated_at: 1 })
    const before = await get(key, id)
    const response = await patch(key, id, { summary: 'Hedge', residentPostcode: 'ec1a 1bb' })
    const after = await response.json<Shown>()
    const { updatedAt, timeline, ...others } = after
    const { updatedAt: _, timeline: __, ...old } = before
    expect(others).toEqual({ ...old, summary: 'Hedge', residentPostcode: 'EC1A1BB', version: 2 })
    expect(updatedAt > before.updatedAt).toBe(true)
    expect(timeline.length).toBe(1)
    const shown = await call(`/api/cases/${id}`, { key })
    expect(await shown.json()).toEqual(after)
    expect(response.headers.get('ETag')).toBe(shown.headers.get('ETag'))
  })

  test('null and blank clear an optional field; a required one cannot be cleared', async () => {
    const { tenant, key } = await arrange()
    const wardId = await makePlace('wards', tenant)
    const filled = {
      residentEmail: 'a@example.com',
      residentPhone: '01632 960001',
      residentPostcode: 'TR11AA',
      description: 'x',
    }
    const { id } = await (await create(key, { ...least, ...filled, wardId })).json<Shown>()
    const cleared = { residentEmail: null, residentPhone: '', residentPostcode: ' ', description: null, wardId: null }
    expect(await (await patch(key, id, cleared)).json()).toMatchObject({
      residentEmail: null,
      residentPhone: null,
      residentPostcode: null,
      description: null,
      wardId: null,
      ward: null,
      version: 2,
    })
    const required = { code: 'required', message: 'Required' }
    await expect(patch(key, id, { summary: null, residentName: ' ', status: null, archived: null })).toAnswer(
      400,
      invalid({ summary: required, residentName: required }),
    )
  })

  test('what a GET emits can be sent back whole: read-only fields are ignored', async () => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant, { ward_id: await makePlace('wards', tenant) })
    const shown = await get(key, id)
    await expect(patch(key, id, shown)).toAnswer(200, shown)
    const forged = {
      id: 'x',
      reference: 'CW-1-1',
      createdAt: 'x',
      updatedAt: 7,
      ward: null,
      timeline: 'x',
      summary: 'New',
    }
    const after = await (await patch(key, id, forged)).json<Shown>()
    expect(after).toMatchObject({
      id,
      reference: shown.reference,
      createdAt: shown.createdAt,
      ward: shown.ward,
      summary: 'New',
    })
  })

  test('a change that changes nothing is 200, and raises no version and writes no entry', async () => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant)
    const before = await get(key, id)
    for (const json of [{}, { status: 'open' }, { summary: ` ${before.summary} `, archived: false, wardId: null }]) {
      await expect(patch(key, id, json)).toAnswer(200, before)
    }
    expect((await patch(key, id, { version: 2 })).status).toBe(409)
  })

  test('a disabled ward that the case has already may stay', async () => {
    const { tenant, key } = await arrange()
    const wardId = await makePlace('wards', tenant, { enabled: false })
    const id = await makeCase(tenant, { ward_id: wardId })
    expect((await patch(key, id, { wardId, summary: 'x' })).status).toBe(200)
  })
})

describe('Who comes second', () => {
  test('If-Match and the body’s version let a change through only while they hold', async () => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant)
    const etag = (await call(`/api/cases/${id}`, { key })).headers.get('ETag') ?? ''
    const first = await patch(key, id, { summary: 'One' }, { 'If-Match': etag })
    const { updatedAt } = await first.json<Shown>()
    expect(first.status).toBe(200)
    const stale = { error: 'Changed since you last read it', details: { current: { version: 2, updatedAt } } }
    await expect(patch(key, id, { summary: 'Two' }, { 'If-Match': etag })).toAnswer(409, stale)
    await expect(patch(key, id, { summary: 'Two', version: 1 })).toAnswer(409, stale)
    await expect(patch(key, id, { summary: 'Two', version: 99 })).toAnswer(409, stale)
    await expect(patch(key, id, { summary: 'Two' }, { 'If-Match': '"99999999999999999999-a"' })).toAnswer(409, stale)
    expect((await get(key, id)).summary).toBe('One')
    expect((await patch(key, id, { summary: 'Two', version: 2 })).status).toBe(200)
  })

  test.each(['"1"', 'W/"1"', '"1-0000000000000000"', ' "1-abc" ', '*'])(
    'only the version part of If-Match %s counts',
    async (held) => {
      const { tenant, key } = await arrange()
      const id = await makeCase(tenant)
      expect((await patch(key, id, { summary: 'x' }, { 'If-Match': held })).status).toBe(200)
    },
  )

  test.each(['"1-f821", "9-zzz"', '"9-zzz" , W/"1-f821"', ',"a,b","1-abc-gzip",', '"x", "1"'])(
    'somebody who holds several versions, %s, may change the case while one of them is the current one',
    async (held) => {
      const { tenant, key } = await arrange()
      const id = await makeCase(tenant)
      expect((await patch(key, id, { summary: 'One' }, { 'If-Match': held })).status).toBe(200)
      expect((await patch(key, id, { summary: 'Two' }, { 'If-Match': held })).status).toBe(409)
      expect((await get(key, id)).summary).toBe('One')
    },
  )

  test.each(['"x"', '""', '"-1"', '"1.5"', '"zzz-1"', 'W/"abc"'])(
    'a tag that is of something else, %s, is out of date',
    async (held) => {
      const { tenant, key } = await arrange()
      const id = await makeCase(tenant)
      expect((await patch(key, id, { summary: 'One' }, { 'If-Match': held })).status).toBe(409)
      expect((await patch(key, id, { summary: 'One', version: 1 }, { 'If-Match': held })).status).toBe(409)
    },
  )

  test('without either the last write wins', async () => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant)
    const calls = Array.from({ length: 10 }, (_, i) => ({ method: 'PATCH', json: { summary: `Number ${i}` } }))
    const answers = await sendInStep(`/api/cases/${id}`, key, calls)
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    const { version, timeline } = await get(key, id)
    expect([version, timeline.length]).toEqual([11, 10])
  })

  test('of 10 changes at once with one If-Match exactly one wins, and the others learn where things stand', async () => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant)
    const change = (i: number) => ({ method: 'PATCH', json: { summary: `Number ${i}`, status: 'closed' } })
    const calls = Array.from({ length: 10 }, (_, i) => ({ ...change(i), headers: { 'If-Match': '"1"' } }))
    const answers = await sendInStep(`/api/cases/${id}`, key, calls)
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)])
    const now = await get(key, id)
    for (const answer of answers) {
      if (answer.status === 200) expect(await answer.json()).toEqual(now)
      else {
        const current = { version: 2, updatedAt: now.updatedAt }
        expect(await answer.json()).toEqual({ error: 'Changed since you last read it', details: { current } })
      }
    }
    expect([now.version, now.timeline.length]).toEqual([2, 2])
  })
})

describe('The timeline', () => {
  test('tells of everything that happens to a case, in its order', async () => {
    const { key, user } = await arrange()
    const { id } = await (await create(key)).json<Shown>()
    const steps = [{ status: 'in_progress' }, { assigneeId: user.id }, { archived: true }, { archived: false }]
    for (const json of steps) await patch(key, id, json)
    await patch(key, id, { summary: 'Hedge', residentName: 'Sam Resident' })
    await call(`/api/cases/${id}/notes`, { key, json: { body: 'Called.' } })
    const { timeline, version } = await get(key, id)
    const shown = timeline.map(({ type, body, fromStatus, toStatus }) => [type, body, fromStatus, toStatus])
    expect(shown).toEqual([
      ['created', null, null, null],
      ['status_changed', null, 'open', 'in_progress'],
      ['assigned', null, null, null],
      ['archived', null, null, null],
      ['unarchived', null, null, null],
      ['updated', 'residentName, summary', null, null],
      ['note', 'Called.', null, null],
    ])
    expect(new Set(timeline.map(({ id }) => id)).size).toBe(7)
    expect(
      timeline.every(({ actor }) => JSON.stringify(actor) === JSON.stringify({ id: user.id, name: user.name })),
    ).toBe(true)
    expect(version).toBe(7)
  })

  test('never holds a personal value of an update', async () => {
    const { tenant, key } = await arrange()
    const id = await makeCase(tenant)
    const { timeline } = await (await patch(key, id, { residentEmail: 'someone@example.com' })).json<Shown>()
    expect(JSON.stringify(timeline)).not.toContain('someone')
  })
})
