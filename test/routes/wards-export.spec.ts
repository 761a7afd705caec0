import { describe, expect, test } from 'vitest'
import type { Role } from '../../src/domain/vocabulary'
import { call, costOf } from '../support/call'
import { makeCase, makePlace } from '../support/rows'
import { makeKey, makeTenant } from '../support/tenants'

async function textOf(key: string, path: string): Promise<string> {
  const response = await call(path, { key })
  expect(response.status, path).toBe(200)
  expect(costOf(response).trips).toBe(1)
  return response.text()
}

describe('Exporting wards', () => {
  const wardHeader = '"Ward","Code","Tier","Cases"'

  async function arrangeWards(role: Role = 'admin') {
    const home = await makeTenant()
    const arranged = { tenant: home, ...(await makeKey(home, { role })) }
    const { tenant } = arranged
    const penwerris = await makePlace('wards', tenant, {
      name: 'penwerris',
      code: 'E05009272',
      council_tier: 'unitary',
    })
    const arwenack = await makePlace('wards', tenant, { name: 'Arwenack' })
    const disabled = await makePlace('wards', tenant, { name: 'Boslowick', enabled: 0 })
    await makePlace('wards', await makeTenant(), { name: 'Elsewhere' })
    return { ...arranged, penwerris, arwenack, disabled }
  }

  test('enabled wards from A to Z with their cases, archived ones included', async () => {
    const { tenant, key, penwerris, arwenack, disabled } = await arrangeWards()
    await makeCase(tenant, { ward_id: penwerris })
    await makeCase(tenant, { ward_id: penwerris, archived: 1, status: 'closed' })
    await makeCase(tenant, { ward_id: disabled })
    await makeCase(tenant)
    expect(JSON.parse(await textOf(key, '/api/wards/export'))).toEqual({
      wards: [
        { id: arwenack, name: 'Arwenack', code: null, councilTier: null, cases: 0 },
        { id: penwerris, name: 'penwerris', code: 'E05009272', councilTier: 'unitary', cases: 2 },
      ],
      total: 2,
    })
    const response = await call('/api/wards/export?format=csv', { key })
    const today = new Date().toISOString().slice(0, 10)
    expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('Content-Disposition')).toBe(`attachment; filename="wards-export-${today}.csv"`)
    expect(await response.text()).toBe(
      [wardHeader, '"Arwenack","","","0"', '"penwerris","E05009272","unitary","2"'].join('\r\n'),
    )
  })

  test('a caseworker sees every ward, and counts of their own cases', async () => {
    const { tenant, key, user, penwerris } = await arrangeWards('caseworker')
    await makeCase(tenant, { ward_id: penwerris, assignee_id: user.id })
    await makeCase(tenant, { ward_id: penwerris })
    expect(await textOf(key, '/api/wards/export?format=csv')).toBe(
      [wardHeader, '"Arwenack","","","0"', '"penwerris","E05009272","unitary","1"'].join('\r\n'),
    )
  })

  test('it needs the plan and the scope of wards, and takes no other query', async () => {
    const tenant = await makeTenant({ plan: 'pro' })
    const { key } = await makeKey(tenant, { role: 'caseworker', scopes: ['wards:read'] })
    expect(await textOf(key, '/api/wards/export?format=csv')).toBe(wardHeader)
    expect((await call('/api/wards/export?enabled=true', { key })).status).toBe(400)
    const { key: other } = await makeKey(tenant, { scopes: ['reports:read'] })
    expect(await (await call('/api/wards/export', { key: other })).json()).toEqual({
      error: 'This API key lacks the required scope',
      details: { requiredScope: 'wards:read' },
    })
  })
})
