import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { fold } from '../../src/domain/fold'
import { makePlace } from '../support/rows'
import { d1Of, makeTenant } from '../support/tenants'

const statements = () => {
  const queries = env.TEST_MIGRATIONS.find(({ name }) => name.includes('folded_names'))?.queries ?? []
  expect(queries).toHaveLength(3)
  return queries.map((query) => d1Of().prepare(query))
}

test('Names from before are compared as new ones are, and two that were already there both stay', async () => {
  const tenant = await makeTenant()
  const names = ['St  Ives', 'Groß\u00adstraße', 'Ῥόδος', 'Quay\u200bside', 'Mount   Bay ', 'Bay', 'Bay\u200e']
  for (const name of names) await makePlace('wards', tenant, { name, name_key: name.toLowerCase() })
  await d1Of().batch(statements())
  const { results } = await d1Of()
    .prepare('select name, name_key as key from wards where tenant_id = ? order by name')
    .bind(tenant.id)
    .all<{ name: string; key: string }>()
  const keys = Object.fromEntries(results.map(({ name, key }) => [name, key]))
  expect(keys).toEqual({
    ...Object.fromEntries(names.map((name) => [name, name === 'Ῥόδος' ? 'ῥόδοσ' : fold(name)])),
    'Bay\u200e': 'bay\u200e',
  })
})
