import { describe, expect, it } from 'vitest'
import { callFrom } from '../support/public-calls'
import { d1Of, type KeyOptions, makeKey, makeTenant, type TestTenant } from '../support/tenants'

interface Shown {
  key: string
  id: string
  allowedAddresses: string[] | null
}

const office = '203.0.113.7'
const elsewhere = '192.0.2.1'
const aKey = { name: 'Website sync', scopes: ['cases:read'], role: 'manager' }

const arrange = async (options: KeyOptions = {}) => {
  const tenant = await makeTenant()
  return { tenant, ...(await makeKey(tenant, options)) }
}

/** A maker of keys who may call from one network only. */
const arrangeRestricted = () => arrange({ allowedAddresses: ['203.0.113.0/24', '2001:db8::/32'] })

const create = (key: string, change: Record<string, unknown>) =>
  callFrom(office, '/api/keys', { key, json: { ...aKey, ...change } })

async function made(answer: Promise<Response>): Promise<Shown> {
  const response = await answer
  expect(response.status).toBe(201)
  return response.json<Shown>()
}

const rotate = (key: string, id: string) => callFrom(office, `/api/keys/${id}/rotate`, { key, json: {} })

const statusFrom = async (address: string, key: string) => (await callFrom(address, '/api/me', { key })).status

const countOf = (tenant: TestTenant) =>
  d1Of().prepare('select count(*) as n from keys where tenant_id = ?').bind(tenant.id).first('n')

const refused = (fields: Record<string, unknown>) => ({ error: 'Validation failed', details: { fields } })

describe('A new key for certain addresses', () => {
  it('is kept with its ranges in canonical form, each once, and is used from nowhere else', async () => {
    const { key } = await arrange()
    const asked = ['203.0.113.0/24', '2001:0DB8::/32', ' 198.51.100.7/32', '198.51.100.7', '::ffff:192.0.2.0/120']
    const allowedAddresses = ['203.0.113.0/24', '2001:db8::/32', '198.51.100.7', '192.0.2.0/24']
    const website = await made(create(key, { allowedAddresses: asked }))
    expect(website.allowedAddresses).toEqual(allowedAddresses)
    const [listed] = await (await callFrom(office, '/api/keys', { key })).json<Shown[]>()
    expect(listed).toMatchObject({ id: website.id, allowedAddresses })
    const me = await callFrom(office, '/api/me', { key: website.key })
    expect(await me.json()).toMatchObject({ key: { allowedAddresses } })
    expect([await statusFrom('192.0.2.9', website.key), await statusFrom('192.0.3.9', website.key)]).toEqual([200, 401])
  })

  it.each([{}, { allowedAddresses: null }])(
    'is used from anywhere where its maker is and %j is asked',
    async (change) => {
      const { key } = await arrange()
      const website = await made(create(key, change))
      expect(website.allowedAddresses).toBeNull()
      expect(await statusFrom(elsewhere, website.key)).toBe(200)
    },
  )

  const shape = 'Must be an IPv4 or IPv6 address or range, like 203.0.113.7 or 2001:db8::/32'
  const network = 'Has bits set beyond its prefix length: its network is 203.0.113.0/24'

  it.each([
    [['203.0.113.0/24', 'office'], { 'allowedAddresses.1': { code: 'format', message: shape } }],
    [['203.0.113.0/33'], { 'allowedAddresses.0': { code: 'format', message: shape } }],
    [['203.0.113.7/24'], { 'allowedAddresses.0': { code: 'format', message: network } }],
    [[], { allowedAddresses: { code: 'too_short', message: 'Must have at least 1 entry' } }],
    [
      Array.from({ length: 21 }, (_, i) => `192.0.2.${i}`),
      { allowedAddresses: { code: 'too_long', message: 'Must have at most 20 entries' } },
    ],
  ])('422 for %j', async (allowedAddresses, fields) => {
    const { key, tenant } = await arrange()
    await expect(create(key, { allowedAddresses })).toAnswer(422, refused(fields))
    expect(await countOf(tenant)).toBe(1)
  })

  it('may have twenty', async () => {
    const { key } = await arrange()
    const allowedAddresses = Array.from({ length: 20 }, (_, i) => `192.0.2.${i}`)
    expect((await made(create(key, { allowedAddresses }))).allowedAddresses).toEqual(allowedAddresses)
  })
})

describe('A key made by one for certain addresses', () => {
  it.each([{}, { allowedAddresses: null }])('is for the same, where %j is asked', async (change) => {
    const { key } = await arrangeRestricted()
    const website = await made(create(key, change))
    expect(website.allowedAddresses).toEqual(['203.0.113.0/24', '2001:db8::/32'])
    expect([await statusFrom(office, website.key), await statusFrom(elsewhere, website.key)]).toEqual([200, 401])
  })

  it('may be for fewer', async () => {
    const { key } = await arrangeRestricted()
    const website = await made(create(key, { allowedAddresses: ['203.0.113.7', '2001:db8:1::/48'] }))
    expect([await statusFrom(office, website.key), await statusFrom('203.0.113.8', website.key)]).toEqual([200, 401])
  })

  it.each([
    [['203.0.113.7', '203.0.112.0/23'], '203.0.112.0/23'],
    [['192.0.2.1'], '192.0.2.1'],
    [['0.0.0.0/0'], '0.0.0.0/0'],
    [['::/0'], '::/0'],
  ])('is never for more: 422 for %j', async (allowedAddresses, beyond) => {
    const { key, tenant } = await arrangeRestricted()
    const fault = { code: 'range', message: `Your own key may not be used from all of ${beyond}` }
    await expect(create(key, { allowedAddresses })).toAnswer(422, refused({ allowedAddresses: fault }))
    expect(await countOf(tenant)).toBe(1)
  })
})

describe('Rotating', () => {
  it('keeps a key’s addresses, and again', async () => {
    const { tenant, key } = await arrange()
    const allowedAddresses = ['203.0.113.0/24']
    const website = await makeKey(tenant, { allowedAddresses })
    const second = await made(rotate(key, website.id))
    const third = await made(rotate(key, website.id))
    expect([second.allowedAddresses, third.allowedAddresses]).toEqual([allowedAddresses, allowedAddresses])
    for (const one of [website, second, third]) {
      expect([await statusFrom(office, one.key), await statusFrom(elsewhere, one.key)]).toEqual([200, 401])
    }
  })

  it('by a key for certain addresses makes none that is for others', async () => {
    const { tenant, key, id } = await arrangeRestricted()
    const anywhere = await makeKey(tenant)
    const wider = await makeKey(tenant, { allowedAddresses: ['203.0.113.7', '192.0.2.1'] })
    const narrower = await makeKey(tenant, { allowedAddresses: ['203.0.113.7'] })
    const message = 'That key may be used from addresses that yours may not: use a key that may be used from them all'
    for (const other of [anywhere, wider]) await expect(rotate(key, other.id)).toAnswer(403, { error: message })
    expect((await rotate(key, narrower.id)).status).toBe(201)
    expect((await rotate(key, id)).status).toBe(201)
    expect(await countOf(tenant)).toBe(6)
  })
})
