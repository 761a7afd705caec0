import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { searchKey } from '../../src/domain/submission-search'
import { makeSubmission } from '../support/rows'
import { d1Of, makeTenant } from '../support/tenants'

const statements = () => {
  const queries = env.TEST_MIGRATIONS.find(({ name }) => name.includes('submission_search'))?.queries ?? []
  const updates = queries.filter((query) => /^(--[^\n]*\n)*UPDATE submissions SET search_key/.test(query.trim()))
  expect(updates).toHaveLength(5)
  return updates.map((query) => d1Of().prepare(query))
}

test('Messages from before are found as new ones are', async () => {
  const tenant = await makeTenant()
  const senders = [
    { name: 'Alex Resident', email: 'Alex_R+1@Example.com', postcode: 'TR11AA' },
    { name: 'Seán Ó’Brien-Łoś', email: null, postcode: null },
    { name: 'Ærø Straße & Žižek (Ŵyn)', email: 'a.b@example.com', postcode: 'TR1' },
  ]
  for (const sender of senders) await makeSubmission(tenant, { ...sender, search_key: null })
  await d1Of().batch(statements())
  const { results } = await d1Of()
    .prepare('select search_key as key from submissions where tenant_id = ? order by id')
    .bind(tenant.id)
    .all<{ key: string }>()
  const spaced = (key: string) => key.replaceAll(/ +/g, ' ').trimEnd()
  expect(results.map(({ key }) => spaced(key))).toEqual([
    searchKey({ name: 'Alex Resident', email: 'Alex_R+1@Example.com', postcode: 'TR11AA' }),
    searchKey({ name: 'Seán Ó’Brien-Łoś', email: null, postcode: null }),
    ' aero strasse zizek wyn a b example com tr1',
  ])
})
