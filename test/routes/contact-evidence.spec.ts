import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { newMeter } from '../../src/db/batch'
import { contactChoices } from '../../src/db/contact'
import { openPublicGate } from '../../src/gate/public-gate'
import { receiveContact } from '../../src/routes/public/contact-rules'
import { aMessage, aTenant, newAddress } from '../support/public-calls'
import { arrangeFull } from '../support/public-limits'
import { makePlace } from '../support/rows'
import { d1Of, type TestTenant } from '../support/tenants'

/** A trip such as a page makes. */
function tripTo(slug: string, address = newAddress()) {
  const meter = newMeter()
  const headers = new Headers({ 'CF-Connecting-IP': address })
  return { meter, gate: openPublicGate({ env, meter, requestId: 'req-1', headers, key: undefined, slug }) }
}

async function filed({ id }: TestTenant) {
  const sql = 'select id, reference, status, spam_reasons from submissions where tenant_id = ?'
  return (await d1Of().prepare(sql).bind(id).all()).results
}

const year = new Date().getUTCFullYear()

describe('A message from the form’s page', () => {
  it('is kept with a receipt that names it', async () => {
    const tenant = await aTenant()
    const { gate } = tripTo(tenant.slug)
    const openedAt = new Date(Date.now() - 60_000).toISOString()
    const receipt = await receiveContact(gate, aMessage, {
      evidence: async () => ({ honeypot: '', openedAt, turnstile: 'passed' }),
    })
    const { reference, submissionId } = receipt
    expect(receipt).toEqual({ reference: `CF-${year}-0001`, submissionId: expect.stringMatching(/^[0-9A-Z]{26}$/) })
    expect(await filed(tenant)).toEqual([{ id: submissionId, reference, status: 'new', spam_reasons: '[]' }])
  })

  it('has the same receipt when it is sent twice', async () => {
    const tenant = await aTenant()
    const address = newAddress()
    const first = await receiveContact(tripTo(tenant.slug, address).gate, aMessage)
    expect(await receiveContact(tripTo(tenant.slug, address).gate, aMessage)).toEqual(first)
  })

  it('is filed as spam with its reasons, under a receipt like any other', async () => {
    const tenant = await aTenant()
    const openedAt = new Date().toISOString()
    const evidence = async () => ({ honeypot: 'https://spam.example', openedAt, turnstile: 'failed' }) as const
    const { reference, submissionId } = await receiveContact(tripTo(tenant.slug).gate, aMessage, { evidence })
    expect(reference).toBe(`CF-${year}-0001`)
    const reasons = '["hidden field filled in","sent too fast","bot check failed"]'
    expect(await filed(tenant)).toEqual([{ id: submissionId, reference, status: 'spam', spam_reasons: reasons }])
  })
})

describe('What a form tells of its sender', () => {
  it('is not asked for where the request is refused', async () => {
    const { tenant, address } = await arrangeFull()
    const evidence = vi.fn(async () => ({}))
    const { gate } = tripTo(tenant.slug, address)
    await expect(receiveContact(gate, aMessage, { evidence })).rejects.toMatchObject({ status: 429 })
    expect(evidence).not.toHaveBeenCalled()
  })
})

describe('A page that only looks', () => {
  it('is shown the tenant with its enabled wards and categories in one trip, and is not counted', async () => {
    const tenant = await aTenant()
    const arwenack = await makePlace('wards', tenant, { name: 'Arwenack' })
    const arch = await makePlace('wards', tenant, { name: 'Arch' })
    await makePlace('wards', tenant, { name: 'Closed', enabled: 0 })
    const roads = await makePlace('categories', tenant, { name: 'Roads', sort_order: 2 })
    const housing = await makePlace('categories', tenant, { name: 'Housing', sort_order: 2 })
    const waste = await makePlace('categories', tenant, { name: 'Waste', sort_order: 1 })
    await makePlace('categories', tenant, { name: 'Closed', enabled: 0 })
    await makePlace('categories', await aTenant(), { name: 'Elsewhere' })
    const { gate, meter } = tripTo(tenant.slug)
    const { choices } = await gate.visit({}, { choices: contactChoices })
    expect(choices).toEqual({
      wards: [
        { id: arch, name: 'Arch' },
        { id: arwenack, name: 'Arwenack' },
      ],
      categories: [
        { id: waste, name: 'Waste' },
        { id: housing, name: 'Housing' },
        { id: roads, name: 'Roads' },
      ],
    })
    expect(gate.tenant).toEqual({
      id: tenant.id,
      slug: tenant.slug,
      name: `Council ${tenant.id}`,
      ...{ contactEmail: null, contactPhone: null, website: null, replyWithin: null },
      ...{ controller: null, dpoContact: null, privacyUrl: null, anonymiseAfterMonths: 12 },
    })
    expect(meter).toMatchObject({ trips: 1, rowsWritten: 0 })
    expect(gate.rateLimit).toBeUndefined()
  })

  it('may look without an address, never write, and is 404 for an unknown tenant', async () => {
    const tenant = await aTenant()
    const { gate } = tripTo(tenant.slug, '')
    await gate.visit({}, {})
    await expect(gate.write({})).rejects.toThrow('The request has not passed the gate')
    await expect(tripTo('nobody').gate.visit({}, {})).rejects.toMatchObject({ status: 404 })
  })

  it('may look again after a counted request', async () => {
    const tenant = await aTenant()
    const { gate } = tripTo(tenant.slug)
    await expect(receiveContact(gate, { ...aMessage, wardId: 'nothing' })).rejects.toMatchObject({ status: 422 })
    expect(await gate.visit({}, { choices: contactChoices })).toEqual({ choices: { wards: [], categories: [] } })
  })
})
