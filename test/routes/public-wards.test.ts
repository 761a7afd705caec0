import { beforeAll, describe, expect, it } from 'vitest'
import { costOf } from '../support/call'
import { askWards, aTenant, callFrom, loadPostcodes, newAddress } from '../support/public-calls'
import { makePlace } from '../support/rows'
import { d1Of, insert, makeUser, type TestTenant } from '../support/tenants'

const cornwall = 'E06000052'

beforeAll(async () => {
  await loadPostcodes([['TR19ZZ', 'E05009270', cornwall]], { active: false })
  await loadPostcodes([
    ['TR11AA', 'E05009270', cornwall],
    ['TR11AB', 'E05009270', cornwall],
    ['TR11AB', 'E05009271', cornwall],
    ['PL11AA', 'E05002092', 'E06000026'],
    ['GIR0AA', 'E05009271', cornwall],
  ])
})

/** A tenant of Cornwall with two wards of the directory, a disabled one and one without a code. */
async function arrangeWards() {
  const tenant = await aTenant()
  await d1Of().prepare('update tenants set council_code = ? where id = ?').bind(cornwall, tenant.id).run()
  const arwenack = await makePlace('wards', tenant, { name: 'Arwenack', code: 'E05009270' })
  const boslowick = await makePlace('wards', tenant, { name: 'Boslowick', code: 'E05009271' })
  await makePlace('wards', tenant, { name: 'Closed', code: 'E05009270', enabled: 0 })
  const uncoded = await makePlace('wards', tenant, { name: 'Arch' })
  return { tenant, arwenack, boslowick, uncoded }
}

async function link(wardId: string, tenant: TestTenant, name: string, enabled = true) {
  const { id } = await makeUser(tenant, { name, role: 'councillor', enabled })
  await insert('ward_councillors', { ward_id: wardId, user_id: id })
}

async function wardsAt(tenant: TestTenant, postcode: string) {
  const response = await callFrom(newAddress(), `/api/public/${tenant.slug}/wards?postcode=${postcode}`)
  return { status: response.status, body: await response.json() }
}

const notFound = { status: 404, body: { error: 'Not found' } }

const malformed = {
  status: 400,
  body: {
    error: 'Invalid request',
    details: { fields: { postcode: { code: 'format', message: 'Must be a UK postcode, like TR1 1AA' } } },
  },
}

describe('A tenant’s wards for everybody', () => {
  it('are the enabled ones A–Z, with the names of their enabled councillors and nothing else', async () => {
    const { tenant, arwenack, boslowick, uncoded } = await arrangeWards()
    await link(arwenack, tenant, 'Sam Councillor')
    await link(arwenack, tenant, 'Kim Councillor')
    await link(arwenack, tenant, 'Gone Councillor', false)
    await link(arwenack, await aTenant(), 'Foreign Councillor')
    await makePlace('wards', await aTenant(), { name: 'Elsewhere' })
    const response = await askWards(tenant, newAddress())
    expect(await response.json()).toEqual({
      postcode: null,
      wards: [
        { id: uncoded, name: 'Arch', councillors: [] },
        { id: arwenack, name: 'Arwenack', councillors: [{ name: 'Kim Councillor' }, { name: 'Sam Councillor' }] },
        { id: boslowick, name: 'Boslowick', councillors: [] },
      ],
    })
    expect(costOf(response)).toMatchObject({ trips: 1, rowsWritten: 1 })
  })

  it('are none where there are none', async () => {
    expect(await (await askWards(await aTenant(), newAddress())).json()).toEqual({ postcode: null, wards: [] })
  })
})

describe('The wards of a postcode', () => {
  it.each(['TR11AA', 'TR1+1AA', 'tr1%201aa', 'TR1-1AA', '%EF%BC%B4R1%201AA'])(
    '%s is found as TR11AA',
    async (postcode) => {
      const { tenant, arwenack } = await arrangeWards()
      expect(await wardsAt(tenant, postcode)).toEqual({
        status: 200,
        body: { postcode: 'TR11AA', wards: [{ id: arwenack, name: 'Arwenack', councillors: [] }] },
      })
    },
  )

  it('are all that match, A–Z, in one trip', async () => {
    const { tenant, arwenack, boslowick } = await arrangeWards()
    await link(boslowick, tenant, 'Sam Councillor')
    const response = await callFrom(newAddress(), `/api/public/${tenant.slug}/wards?postcode=TR1+1AB`)
    expect(await response.json()).toEqual({
      postcode: 'TR11AB',
      wards: [
        { id: arwenack, name: 'Arwenack', councillors: [] },
        { id: boslowick, name: 'Boslowick', councillors: [{ name: 'Sam Councillor' }] },
      ],
    })
    expect(costOf(response)).toMatchObject({ trips: 1, rowsWritten: 1 })
  })

  it('cost no more in a directory of 20,000 rows and a tenant of 100 wards', async () => {
    const { tenant } = await arrangeWards()
    const ask = () => callFrom(newAddress(), `/api/public/${tenant.slug}/wards?postcode=TR1+1AB`)
    const before = costOf(await ask()).rowsRead
    await d1Of()
      .prepare(
        `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 20000)
         insert into postcode_wards select 2, 'XX' || n, 'E05009271', ? from numbers`,
      )
      .bind(cornwall)
      .run()
    for (let i = 0; i < 100; i++) await makePlace('wards', tenant, { name: `Ward ${i}`, code: `E${i}` })
    expect(costOf(await ask()).rowsRead).toBeLessThanOrEqual(before + 200)
  })

  it('are none of this tenant for a postcode of another council', async () => {
    const { tenant } = await arrangeWards()
    const elsewhere = { status: 200, body: { postcode: 'PL11AA', wards: [] } }
    expect(await wardsAt(tenant, 'PL1+1AA')).toEqual(elsewhere)
    // Not even where a ward has the other council's code.
    await makePlace('wards', tenant, { name: 'Mistaken', code: 'E05002092' })
    expect(await wardsAt(tenant, 'PL1+1AA')).toEqual(elsewhere)
  })

  it('are found by their codes alone where the tenant names no council', async () => {
    const tenant = await aTenant()
    const id = await makePlace('wards', tenant, { name: 'Budshead', code: 'E05002092' })
    expect(await wardsAt(tenant, 'PL1+1AA')).toEqual({
      status: 200,
      body: { postcode: 'PL11AA', wards: [{ id, name: 'Budshead', councillors: [] }] },
    })
  })

  it('are 404 for a postcode that no directory has, or only an edition that is not active', async () => {
    const { tenant } = await arrangeWards()
    expect(await wardsAt(tenant, 'TR1+9YY')).toEqual(notFound)
    expect(await wardsAt(tenant, 'TR1+9ZZ')).toEqual(notFound)
  })

  it.each(['', '+', '%E2%80%8B'])('are 400 for a postcode that is blank: %j', async (postcode) => {
    const { tenant } = await arrangeWards()
    expect(await wardsAt(tenant, postcode)).toEqual({
      status: 400,
      body: { error: 'Invalid request', details: { fields: { postcode: { code: 'required', message: 'Required' } } } },
    })
  })

  it.each(['TR1%E2%80%8B1AA', 'TR1+1AA%E2%80%8E', 'TR1%C2%AD1AA', 'TR1%E2%80%911AA', 'TR1%E2%88%921AA'])(
    'are found by a postcode that was pasted with what nobody sees: %s',
    async (postcode) => {
      const { tenant } = await arrangeWards()
      expect(await wardsAt(tenant, postcode)).toMatchObject({ status: 200, body: { postcode: 'TR11AA' } })
    },
  )

  it.each(['x', 'TR1', '1AA', 'TR1+1AA+', 'QR1+1AA', 'TR11AAA', '%00', 'TR1%0A1AA%27--', 'x'.repeat(65)])(
    'are 400 or found, never an error: %j',
    async (postcode) => {
      const { tenant } = await arrangeWards()
      const answer = await wardsAt(tenant, postcode)
      if (answer.status !== 200) expect(answer).toEqual(malformed)
      else expect(answer.body).toMatchObject({ postcode: 'TR11AA' })
    },
  )
})

describe('What is asked wrongly', () => {
  it('is 400 for an unknown parameter', async () => {
    const { slug } = await aTenant()
    const response = await callFrom(newAddress(), `/api/public/${slug}/wards?post_code=TR1+1AA`)
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 400,
      body: {
        error: 'Invalid request',
        details: { fields: { post_code: { code: 'unknown', message: 'Unknown query parameter' } } },
      },
    })
  })

  it('is 404 for an unknown tenant, even with a malformed postcode', async () => {
    for (const query of ['', '?postcode=TR1+1AA', '?postcode=x']) {
      const response = await callFrom(newAddress(), `/api/public/nobody/wards${query}`)
      expect({ status: response.status, body: await response.json() }).toEqual(notFound)
    }
  })

  it('is 405 with Allow for another method', async () => {
    const response = await askWards(await aTenant(), newAddress(), { method: 'POST' })
    expect({ status: response.status, allow: response.headers.get('Allow') }).toEqual({
      status: 405,
      allow: 'GET, HEAD',
    })
  })
})
