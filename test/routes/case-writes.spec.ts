import { describe, expect, test } from 'vitest'
import { call } from '../support/call'
import {
  arrange,
  create,
  get,
  invalid,
  least,
  needsManager,
  patch,
  type Shown,
  unknownReference,
  unprocessable,
} from '../support/case-calls'
import { sendInStep } from '../support/in-step'
import { makeCase, makePlace } from '../support/rows'
import { makeTenant, makeUser } from '../support/tenants'

const year = new Date().getUTCFullYear()

describe('POST /api/cases', () => {
  test('answers 201 with the very case that a GET shows, its Location and its ETag', async () => {
    const { tenant, key, user } = await arrange()
    const [wardId, categoryId] = [
      await makePlace('wards', tenant),
      await makePlace('categories', tenant, { name: 'Roads' }),
    ]
    const response = await create(key, {
      residentName: '  Zoë Resident ',
      summary: 'Pothole',
      residentEmail: 'Zoe.Resident+Casework@Example.COM ',
      residentPhone: '07700 900123',
      residentPostcode: ' tr1 1aa ',
      residentAddress: '1 Example Street\nFalmouth',
      wardId,
      categoryId,
      assigneeId: user.id,
      status: 'in_progress',
      externalId: 'crm-1',
    })
    const made = await response.json<Shown>()
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      reference: `CW-${year}-0001`,
      internalRef: null,
      externalId: 'crm-1',
      status: 'in_progress',
      residentName: 'Zoë Resident',
      residentEmail: 'Zoe.Resident+Casework@Example.COM',
      residentPhone: '07700 900123',
      residentAddress: '1 Example Street\nFalmouth',
      residentPostcode: 'TR11AA',
      summary: 'Pothole',
      sourceChannel: 'api',
      archived: false,
      version: 1,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: made.createdAt,
      category: { id: categoryId, name: 'Roads' },
      ward: { id: wardId, name: 'Arwenack' },
      assignee: user,
      description: null,
      wardId,
      categoryId,
      assigneeId: user.id,
      highlightedForPublic: false,
      publicSummary: null,
      publicThemes: null,
      timeline: [
        {
          id: expect.stringMatching(/^[0-9A-Z]{26}$/),
          type: 'created',
          body: null,
          fromStatus: null,
          toStatus: null,
          actor: { id: user.id, name: user.name },
          createdAt: made.createdAt,
        },
      ],
    })
    expect([response.status, response.headers.get('Location')]).toEqual([201, `/api/cases/${made.id}`])
    const shown = await call(`/api/cases/${made.id}`, { key })
    expect(await shown.json()).toEqual(made)
    expect(response.headers.get('ETag')).toBe(shown.headers.get('ETag'))
  })

  test('20 at once get 20 references without gap or duplicate, counted per tenant', async () => {
    const [one, other] = [await arrange(), await arrange()]
    const sends = Array.from({ length: 20 }, () => [create(one.key), create(other.key)]).flat()
    const answers = await Promise.all((await Promise.all(sends)).map((response) => response.json<Shown>()))
    const expected = Array.from({ length: 20 }, (_, i) => `CW-${year}-${String(i + 1).padStart(4, '0')}`)
    const referencesAt = (rest: number) => answers.filter((_, i) => i % 2 === rest).map(({ reference }) => reference)
    expect(referencesAt(0).sort()).toEqual(expected)
    expect(referencesAt(1).sort()).toEqual(expected)
  })

  test('a refused case takes no number', async () => {
    const { key } = await arrange()
    expect((await create(key, { ...least, wardId: 'x' })).status).toBe(422)
    await create(key, { ...least, externalId: 'crm-1' })
    expect((await create(key, { ...least, externalId: 'crm-1' })).status).toBe(409)
    const racers = Array(5).fill({ json: { ...least, externalId: 'crm-2' } })
    expect((await sendInStep('/api/cases', key, racers)).map(({ status }) => status).sort()).toEqual([
      201, 409, 409, 409, 409,
    ])
    expect((await (await create(key)).json<Shown>()).reference).toBe(`CW-${year}-0003`)
  })

  test('required fields: missing, null and blank are one fault', async () => {
    const { key } = await arrange()
    const required = { code: 'required', message: 'Required' }
    for (const json of [{}, { residentName: null, summary: null }, { residentName: '', summary: ' \t\n ' }]) {
      await expect(create(key, json)).toAnswer(400, invalid({ residentName: required, summary: required }))
    }
  })

  test.each([
    ['residentName', 200],
    ['residentAddress', 500],
    ['summary', 255],
    ['description', 4000],
    ['internalRef', 64],
    ['externalId', 128],
    ['publicSummary', 500],
    ['publicThemes', 255],
  ])('%s may have %i characters and not one more', async (name, most) => {
    const { key } = await arrange()
    const fits = await create(key, { ...least, [name]: 'é'.repeat(most) })
    expect([fits.status, (await fits.json<Shown>())[name]]).toEqual([201, 'é'.repeat(most)])
    await expect(create(key, { ...least, [name]: 'é'.repeat(most + 1) })).toAnswer(
      422,
      unprocessable({ [name]: { code: 'too_long', message: `Must be at most ${most} characters` } }),
    )
  })

  test('values of the wrong shape are 422, values of the wrong type 400', async () => {
    const { key } = await arrange()
    const shapes = {
      status: 'done',
      sourceChannel: 'fax',
      residentEmail: 'a@b',
      residentPhone: '123',
      residentPostcode: 'Q1',
    }
    const refused = await create(key, { ...least, ...shapes })
    const { details } = await refused.json<{ details: { fields: Record<string, { code: string }> } }>()
    expect([refused.status, Object.entries(details.fields).map(([name, { code }]) => [name, code])]).toEqual([
      422,
      [
        ['status', 'enum'],
        ['residentEmail', 'format'],
        ['residentPhone', 'format'],
        ['residentPostcode', 'format'],
        ['sourceChannel', 'enum'],
      ],
    ])
    for (const name of Object.keys(shapes)) {
      const typed = await create(key, { ...least, ...shapes, [name]: 7 })
      const { details } = await typed.json<{ details: { fields: Record<string, { code: string }> } }>()
      expect([typed.status, details.fields[name]?.code, Object.keys(details.fields).length]).toEqual([400, 'type', 5])
    }
  })

  test('a rejected personal value is never echoed', async () => {
    const { key } = await arrange()
    const response = await create(key, {
      ...least,
      residentEmail: 'secret-person',
      residentPhone: 'x01632',
      bogus: 'also',
    })
    expect(await response.text()).not.toMatch(/secret-person|x01632|also/)
  })

  test('an unknown, a disabled and another tenant’s reference are one answer', async () => {
    const { tenant, key } = await arrange()
    const other = await makeTenant()
    const disabled = { enabled: false }
    const refused = [
      { wardId: 'x', categoryId: 'x', assigneeId: 'x' },
      {
        wardId: await makePlace('wards', tenant, disabled),
        categoryId: await makePlace('categories', tenant, disabled),
        assigneeId: (await makeUser(tenant, disabled)).id,
      },
      {
        wardId: await makePlace('wards', other),
        categoryId: await makePlace('categories', other),
        assigneeId: (await makeUser(other)).id,
      },
    ]
    const faults = unprocessable({
      wardId: unknownReference,
      categoryId: unknownReference,
      assigneeId: unknownReference,
    })
    const id = await makeCase(tenant)
    for (const references of refused) {
      await expect(create(key, { ...least, ...references })).toAnswer(422, faults)
      await expect(patch(key, id, references)).toAnswer(422, faults)
    }
    expect((await get(key, id)).version).toBe(1)
  })
})

describe('Who gets a case', () => {
  test('a caseworker’s new case is theirs; a councillor’s is nobody’s unless they take it', async () => {
    const caseworker = await arrange('caseworker')
    const councillor = await arrange('councillor', caseworker.tenant)
    const own = await (await create(caseworker.key)).json<Shown>()
    expect(own.assignee).toEqual(caseworker.user)
    expect((await get(caseworker.key, own.id)).assigneeId).toBe(caseworker.user.id)
    expect((await (await create(councillor.key)).json<Shown>()).assignee).toBe(null)
    const taken = await (await create(councillor.key, { ...least, assigneeId: councillor.user.id })).json<Shown>()
    expect(taken.assignee).toEqual(councillor.user)
  })

  test.each(['caseworker', 'councillor'] as const)('a %s assigns to nobody else', async (role) => {
    const { tenant, key, user } = await arrange(role)
    const other = await makeUser(tenant)
    const id = await makeCase(tenant, { assignee_id: user.id })
    await expect(create(key, { ...least, assigneeId: other.id })).toAnswer(403, needsManager)
    await expect(create(key, { ...least, assigneeId: 'unknown' })).toAnswer(403, needsManager)
    await expect(patch(key, id, { assigneeId: other.id })).toAnswer(403, needsManager)
    await expect(patch(key, id, { assigneeId: null })).toAnswer(403, needsManager)
    expect((await patch(key, id, { assigneeId: user.id })).status).toBe(200)
  })

  test.each(['manager', 'admin'] as const)('a %s assigns to anybody and to nobody', async (role) => {
    const { tenant, key } = await arrange(role)
    const other = await makeUser(tenant, { role: 'caseworker', name: 'Sam' })
    const { id, assignee } = await (await create(key, { ...least, assigneeId: other.id })).json<Shown>()
    expect(assignee).toEqual({ id: other.id, name: 'Sam', role: 'caseworker' })
    expect((await (await patch(key, id, { assigneeId: null })).json<Shown>()).assignee).toBe(null)
  })

  test('a case that a manager assigns away is gone for its caseworker', async () => {
    const caseworker = await arrange('caseworker')
    const manager = await arrange('manager', caseworker.tenant)
    const { id } = await (await create(caseworker.key)).json<Shown>()
    await patch(manager.key, id, { assigneeId: manager.user.id })
    await expect(patch(caseworker.key, id, { summary: 'x' })).toAnswer(404, { error: 'Not found' })
  })
})
