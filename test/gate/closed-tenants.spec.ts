import { afterEach, describe, expect, it, vi } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { closeTenant, openTenant } from '../../src/db/closing'
import { mintKey } from '../../src/gate/key-format'
import { call } from '../support/call'
import { openForm } from '../support/form-calls'
import { tinyApp } from '../support/gate-app'
import { aMessage, askWards, aTenant, newAddress, sendMessage } from '../support/public-calls'
import { d1Of, makeKey, makeTenant, type TestTenant } from '../support/tenants'
import { arrangeEndpoint, makeChange, receive, sendTo } from '../support/webhooks'

afterEach(() => {
  vi.unstubAllGlobals()
})

const close = async ({ id: tenantId, cell }: TestTenant) => {
  const [changed, keys] = closeTenant(undefined, { tenantId })
  await runBatch(d1Of(cell), newMeter(), { changed, keys })
}

const open = async ({ id: tenantId, cell }: TestTenant) => {
  const [changed, keys] = openTenant({ tenantId })
  await runBatch(d1Of(cell), newMeter(), { changed, keys })
}

/** Every header but the one that differs by design. */
const headersOf = ({ headers }: Response) => [...headers].filter(([name]) => name !== 'x-request-id')

const windowOf = (familyId: string) => d1Of().prepare('select total from windows where id = ?').bind(familyId).first()

describe('A key of a closed tenant', () => {
  it('is an invalid key at the next request, of which nothing is counted, and opens again with its tenant', async () => {
    const tenant = await makeTenant()
    const { key, familyId } = await makeKey(tenant)
    await close(tenant)
    const refused = await call('/api/me', { key })
    const unknown = await call('/api/me', { key: mintKey() })
    expect([refused.status, await refused.text()]).toEqual([401, '{"error":"Invalid API key"}'])
    expect(await unknown.text()).toBe('{"error":"Invalid API key"}')
    expect(headersOf(refused)).toEqual(headersOf(unknown))
    expect(await windowOf(familyId)).toBeNull()
    await open(tenant)
    expect((await call('/api/me', { key })).status).toBe(200)
  })

  it('that was made in the same moment opens nothing either', async () => {
    const tenant = await makeTenant()
    await close(tenant)
    const { key } = await makeKey(tenant)
    expect((await call('/api/me', { key })).status).toBe(401)
    expect((await call('/api/cases', { key, json: { residentName: 'Alex', summary: 'Gate' } })).status).toBe(401)
  })

  it('that was revoked before stays so when its tenant opens', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant, { revokedAt: 1 })
    await close(tenant)
    await open(tenant)
    expect((await call('/api/me', { key })).status).toBe(401)
  })

  it('costs no more rows than an expired one', async () => {
    const { send, lines } = tinyApp(() => undefined)
    const costOf = async (key: string) => {
      await send('/api/nothing', { headers: { Authorization: `Bearer ${key}` } })
      const { status, d1Trips, d1RowsRead, d1RowsWritten } = lines.at(-1) ?? {}
      return { status, d1Trips, d1RowsRead, d1RowsWritten }
    }
    const tenant = await makeTenant()
    const closed = await makeKey(tenant)
    const expired = await makeKey(await makeTenant(), { expiresAt: 1 })
    await close(tenant)
    const cost = await costOf(closed.key)
    expect(cost).toEqual(await costOf(expired.key))
    expect(cost).toMatchObject({ status: 401, d1Trips: 1, d1RowsWritten: 0 })
  })

  it('says nothing of other tenants, which stay open', async () => {
    const [tenant, other] = [await makeTenant(), await makeTenant()]
    const { key } = await makeKey(other)
    await close(tenant)
    expect((await call('/api/me', { key })).status).toBe(200)
  })
})

describe('The public side of a closed tenant', () => {
  it('is that of a tenant that does not exist, and is back when it opens', async () => {
    const tenant = await aTenant()
    const nobody = { ...tenant, slug: 'there-is-none' }
    await close(tenant)
    const asked = async (of: TestTenant) => {
      const address = newAddress()
      const wards = await askWards(of, address)
      const sent = await sendMessage(of, aMessage, { address })
      const form = await openForm(of)
      const privacy = await call(`/contact/${of.slug}/privacy`)
      return Promise.all(
        [wards, sent, form, privacy].map(async (answer) => [
          answer.status,
          (await answer.text()).replace(/nonce="[^"]+"/, '').replaceAll(of.slug, '…'),
        ]),
      )
    }
    const closed = await asked(tenant)
    expect(closed.map(([status]) => status)).toEqual([404, 404, 404, 404])
    expect(closed).toEqual(await asked(nobody))
    expect(
      await d1Of().prepare('select count(*) from submissions where tenant_id = ?').bind(tenant.id).first(),
    ).toEqual({
      'count(*)': 0,
    })
    await open(tenant)
    expect((await askWards(tenant, newAddress())).status).toBe(200)
    expect((await openForm(tenant)).status).toBe(200)
  })
})

describe('A webhook of a closed tenant', () => {
  it('is sent nothing, and goes on where it was when its tenant opens', async () => {
    const { tenant, id } = await arrangeEndpoint(2)
    await close(tenant)
    await makeChange(tenant)
    const sent = receive()
    await sendTo(id)
    expect(sent).toEqual([])
    await open(tenant)
    await sendTo(id)
    expect(sent).toHaveLength(3)
  })
})
