import { expect } from 'vitest'
import { call } from './call'
import { firstCreatedAt, makeNumberedCase } from './many-cases'
import { makeKey, makeTenant } from './tenants'

/** A page of a search. */
export interface Body {
  cases: { id: string; reference: string }[]
  pagination: { total: number; totalCapped?: true; nextCursor: string | null }
  searchActive?: true
  rankedAmong?: number
  unranked?: true
}

/** Searches a tenant's cases. */
export async function search(key: string, words: string, more = ''): Promise<Body> {
  const response = await call(`/api/cases?search=${encodeURIComponent(words)}${more}`, { key })
  expect({ words, status: response.status }).toEqual({ words, status: 200 })
  return response.json()
}

/** The numbers of the cases found, in their order; the total must agree. */
export async function found(key: string, words: string, more = ''): Promise<number[]> {
  const { cases, pagination, searchActive } = await search(key, words, more)
  expect({ total: pagination.total, searchActive }).toEqual({ total: cases.length, searchActive: true })
  return cases.map(({ reference }) => Number(reference.slice(8)))
}

/** A tenant with cases of these columns, numbered from 1, and an admin's key. */
export async function tenantWith(...rows: Record<string, unknown>[]) {
  const tenant = await makeTenant()
  const ids: string[] = []
  for (const [i, row] of rows.entries()) {
    ids.push(await makeNumberedCase(tenant, 2026000001 + i, { created_at: firstCreatedAt + i, ...row }))
  }
  return { tenant, ids, key: (await makeKey(tenant)).key }
}
