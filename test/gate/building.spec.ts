import { SQLiteDialect } from 'drizzle-orm/sqlite-core'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { mintKey } from '../../src/gate/key-format'
import { call } from '../support/call'
import { makeKey, makeTenant } from '../support/tenants'

// Statements end as text by this call: what is built once is built when the Worker loads.
let toText: MockInstance<SQLiteDialect['sqlToQuery']>

beforeEach(() => {
  toText = vi.spyOn(SQLiteDialect.prototype, 'sqlToQuery')
})

afterEach(() => {
  toText.mockRestore()
})

/** The status of a request, and how many statements were built for it. */
async function builtBy(path: string, key?: string): Promise<{ status: number; built: number }> {
  toText.mockClear()
  const { status } = await call(path, { key })
  return { status, built: toText.mock.calls.length }
}

const more = expect.toSatisfy((built: number) => built > 0)

const admin = async (options = {}) => (await makeKey(await makeTenant(), options)).key

describe.each([
  ['/api/cases', '/api/cases?search=road&wardId=w&sort=-updatedAt'],
  ['/api/cases/export', '/api/cases/export?search=road&wardId=w&externalId=x'],
  ['/api/reports/public', '/api/reports/public?wardId=w&from=2026-01-01T00:00:00Z'],
])('SQL for %s', (_, path) => {
  test('is not built without a key, or for one that cannot be right', async () => {
    expect(await builtBy(path)).toEqual({ status: 401, built: 0 })
    expect(await builtBy(path, 'sk_cw0_nonsense')).toEqual({ status: 401, built: 0 })
  })

  test('is not built for a key whose refusal is remembered', async () => {
    const key = await admin({ limit: 1 })
    await call('/api/me', { key })
    await call('/api/me', { key })
    expect(await builtBy(path, key)).toEqual({ status: 429, built: 0 })
  })

  test('is kept for callers who are admitted, and for nobody else', async () => {
    const full = await admin({ limit: 1 })
    await call('/api/me', { key: full })
    expect(await builtBy(path, mintKey())).toEqual({ status: 401, built: more })
    expect(await builtBy(path, await admin({ revokedAt: 1 }))).toEqual({ status: 401, built: more })
    expect(await builtBy(path, full)).toEqual({ status: 429, built: more })
    expect(await builtBy(path, await admin({ scopes: [] }))).toEqual({ status: 403, built: more })
    expect(await builtBy(path, await admin())).toEqual({ status: 200, built: more })
    expect(await builtBy(path, await admin())).toEqual({ status: 200, built: 0 })
  })
})

test('Strangers who ask for more shapes than are kept push out none that is in use', async () => {
  const path = '/api/cases?status=open&sourceChannel=email'
  const key = await admin()
  await call(path, { key })
  const filters = ['wardId', 'categoryId', 'assigneeId', 'createdFrom', 'createdTo', 'updatedSince', 'reference']
  const orders = ['createdAt', '-createdAt', 'updatedAt', 'reference']
  for (let shape = 0; shape < 2 ** filters.length * orders.length; shape++) {
    const given = filters.filter((_, bit) => shape & (1 << bit)).map((name) => `${name}=2026-01-01T00:00:00Z`)
    await call(`/api/cases?${[...given, `sort=${orders[shape >> filters.length]}`].join('&')}`, { key: mintKey() })
  }
  expect(await builtBy(path, key)).toEqual({ status: 200, built: 0 })
})
