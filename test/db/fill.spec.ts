import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { fillCases } from '../../scripts/dev/demo/fill'
import { call } from '../support/call'
import { makeSurroundings } from '../support/many-cases'
import { makeKey, makeTenant, type TestTenant } from '../support/tenants'

/** A tenant with people, wards and categories, a key, and so many generated cases. */
async function filled(count: number) {
  const tenant = await makeTenant()
  await makeSurroundings(tenant)
  const { key } = await makeKey(tenant)
  const filling = await fillCases(env.DB, { tenantId: tenant.id, count, lastYear: 2025 })
  return { tenant, key, filling }
}

const rowsOf = async (tenant: TestTenant, columns: string) =>
  (await env.DB.prepare(`select ${columns} from cases where tenant_id = ? order by row_id`).bind(tenant.id).all())
    .results

describe('Filling a tenant with cases', () => {
  test('adds what is missing, and nothing the second time', async () => {
    const { tenant, filling } = await filled(7)
    expect(filling).toEqual({ before: 0, after: 7 })
    const again = { tenantId: tenant.id, lastYear: 2025 }
    expect(await fillCases(env.DB, { ...again, count: 7 })).toEqual({ before: 7, after: 7 })
    expect(await fillCases(env.DB, { ...again, count: 12 })).toEqual({ before: 7, after: 12 })
    expect(await rowsOf(tenant, 'id')).toHaveLength(12)
  })

  test('makes the same cases each time, numbered within two years', async () => {
    const [one, other] = [await filled(5), await filled(5)]
    const columns = 'reference, status, archived, resident_name, summary, source_channel, created_at, updated_at'
    expect(await rowsOf(one.tenant, columns)).toEqual(await rowsOf(other.tenant, columns))
    expect(await rowsOf(one.tenant, 'reference, created_at')).toEqual([
      { reference: 'CW-2024-0001', created_at: Date.UTC(2024, 0, 1) },
      { reference: 'CW-2024-0002', created_at: Date.UTC(2024, 4, 2) },
      { reference: 'CW-2024-0003', created_at: Date.UTC(2024, 8, 1) },
      { reference: 'CW-2025-0001', created_at: Date.UTC(2025, 0, 1) },
      { reference: 'CW-2025-0002', created_at: Date.UTC(2025, 6, 2, 12) },
    ])
  })

  test('goes on after the numbers that the tenant has used', async () => {
    const { tenant } = await filled(2)
    await fillCases(env.DB, { tenantId: tenant.id, count: 4, lastYear: 2025 })
    expect((await rowsOf(tenant, 'reference')).map(({ reference }) => reference)).toEqual([
      'CW-2024-0001',
      'CW-2025-0001',
      'CW-2024-0002',
      'CW-2025-0002',
    ])
  })

  test('keeps totals and search true, and a case can be read with its timeline', async () => {
    const { key } = await filled(50)
    const list = await call('/api/cases?search=quagmire', { key })
    const page = await list.json<{ cases: { id: string; createdAt: string }[]; pagination: { total: number } }>()
    expect(page.pagination.total).toBe(1)
    const [found] = page.cases
    expect(await (await call(`/api/cases/${found?.id}`, { key })).json()).toMatchObject({
      description: 'A quagmire, as the resident says.',
      timeline: [{ type: 'created', createdAt: found?.createdAt }],
    })
    const all = await (await call('/api/cases?pageSize=1', { key })).json<{ pagination: { total: number } }>()
    const archived = await (await call('/api/cases?pageSize=1&archived=true', { key })).json<{
      pagination: { total: number }
    }>()
    expect([all.pagination.total, archived.pagination.total]).toEqual([45, 5])
  })

  test('is refused where a year has no numbers left', async () => {
    const { tenant } = await filled(2)
    await env.DB.prepare('update counters set n = 999999 where tenant_id = ?').bind(tenant.id).run()
    const filling = fillCases(env.DB, { tenantId: tenant.id, count: 4, lastYear: 2025 })
    await expect(filling).rejects.toThrow('A year has at most 999999 references')
    expect(await rowsOf(tenant, 'id')).toHaveLength(2)
  })

  test('is refused for a tenant without users, who could not have taken a case in', async () => {
    const { id } = await makeTenant()
    await expect(fillCases(env.DB, { tenantId: id, count: 1, lastYear: 2025 })).rejects.toThrow(
      'A tenant without users',
    )
  })
})
