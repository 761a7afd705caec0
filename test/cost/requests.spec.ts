import { beforeAll, describe, expect, test } from 'vitest'
import { mintKey } from '../../src/gate/key-format'
import { cases } from '../../src/routes/cases/cases'
import { me } from '../../src/routes/me'
import { tinyApp } from '../support/gate-app'
import { type ManyCases, seedCases } from '../support/many-cases'
import { type KeyOptions, makeKey, makeTenant, type TestTenant } from '../support/tenants'

// The log line, since an answer to an unknown key does not say what it cost.
const { send, lines } = tinyApp((app) => {
  app.route('/api/me', me)
  app.route('/api/cases', cases)
})

/** What a request cost D1: trips, rows read and rows written, by D1's own meta. */
async function cost(path: string, key: string) {
  await send(path, { headers: { Authorization: `Bearer ${key}` } })
  const line = lines.at(-1)
  return { status: line?.status, trips: line?.d1Trips, read: line?.d1RowsRead, written: line?.d1RowsWritten }
}

describe.each([10, 10_000])('with %d cases', (count) => {
  let tenant: TestTenant
  let many: ManyCases
  const keyWith = async (options: KeyOptions) => (await makeKey(tenant, options)).key

  beforeAll(async () => {
    tenant = await makeTenant()
    many = await seedCases(tenant, { count })
  })

  const paths = {
    me: () => '/api/me',
    case: () => `/api/cases/${many.ids[3]}`,
    list: () => '/api/cases',
    search: () => '/api/cases?search=quagmire',
  }
  type Name = keyof typeof paths

  // Rows read: the gate's eight, the guards of the reads, and what is shown.
  test.each<[Name, number]>([
    ['me', 8],
    ['case', 14],
  ])('an admitted %s reads %d rows', async (name, read) => {
    expect(await cost(paths[name](), await keyWith({}))).toEqual({ status: 200, trips: 1, read, written: 1 })
  })

  test.each<Name>(['list', 'search'])('an admitted %s is one trip and one row written', async (name) => {
    expect(await cost(paths[name](), await keyWith({}))).toMatchObject({ status: 200, trips: 1, written: 1 })
  })

  test.each<[Name, number]>([
    ['me', 8],
    ['case', 8],
    ['list', 13],
    ['search', 16],
  ])(
    'a refused %s writes nothing, reads only who is calling (%d rows), then costs nothing at all',
    async (name, read) => {
      const key = await keyWith({ limit: 1 })
      await cost('/api/me', key)
      expect(await cost(paths[name](), key)).toEqual({ status: 429, trips: 1, read, written: 0 })
      expect(await cost(paths[name](), key)).toEqual({ status: 429, trips: 0, read: 0, written: 0 })
    },
  )

  test.each<[Name, number]>([
    ['case', 8],
    ['list', 13],
    ['search', 16],
  ])('a %s without the scope reads only who is calling (%d rows)', async (name, read) => {
    const key = await keyWith({ scopes: ['wards:read'] })
    expect(await cost(paths[name](), key)).toEqual({ status: 403, trips: 1, read, written: 1 })
  })

  test.each<[Name, number]>([
    ['me', 4],
    ['case', 4],
    ['list', 5],
    ['search', 5],
  ])('a revoked or expired key asking for %s writes nothing and reads %d rows', async (name, read) => {
    const expected = { status: 401, trips: 1, read, written: 0 }
    expect(await cost(paths[name](), await keyWith({ revokedAt: 1 }))).toEqual(expected)
    expect(await cost(paths[name](), await keyWith({ expiresAt: 1 }))).toEqual(expected)
  })

  test.each<[Name, number]>([
    ['me', 2],
    ['case', 2],
    ['list', 3],
    ['search', 3],
  ])('an unknown key asking for %s reads %d rows', async (name, read) => {
    expect(await cost(paths[name](), mintKey(tenant.cell))).toEqual({ status: 401, trips: 1, read, written: 0 })
  })

  test.each<Name>(['me', 'case', 'list', 'search'])(
    'a %s is two statements, the hit and one for all that is read',
    async (name) => {
      await cost(paths[name](), await keyWith({}))
      expect(lines.at(-1)).toMatchObject({ status: 200, d1Trips: 1, d1Statements: 2 })
    },
  )

  test.each<Name>(['me', 'case', 'list', 'search'])('a malformed key asking for %s costs nothing', async (name) => {
    expect(await cost(paths[name](), 'sk_live_12345')).toEqual({ status: 401, trips: 0, read: 0, written: 0 })
  })

  test('a case that the caller may not see reads two rows more than one that is not there', async () => {
    const key = await keyWith({ role: 'caseworker' })
    expect(await cost(paths.case(), key)).toEqual({ status: 404, trips: 1, read: 9, written: 1 })
    expect(await cost('/api/cases/unknown', key)).toEqual({ status: 404, trips: 1, read: 8, written: 1 })
  })
})
