import { expect, test } from 'vitest'
import { call, costOf } from '../support/call'
import { makeKey, makeTenant } from '../support/tenants'

const json = { name: 'Website sync', scopes: ['cases:read'], role: 'manager' }

test('making, rotating and revoking keys is two trips each, and writes no row that nobody needs', async () => {
  const { key } = await makeKey(await makeTenant())
  // The window, the key with its four indexes, the audit; the first key of a role brings its service user along.
  expect(costOf(await call('/api/keys', { key, json }))).toMatchObject({ trips: 2, rowsWritten: 10 })
  const response = await call('/api/keys', { key, json })
  expect(costOf(response)).toMatchObject({ trips: 2, rowsWritten: 7 })

  const { id } = await response.json<{ id: string }>()
  const rotate = () => call(`/api/keys/${id}/rotate`, { method: 'POST', key })
  // One more in the audit, and the older key's new end with its index; then that of both older keys.
  expect(costOf(await rotate())).toMatchObject({ trips: 2, rowsWritten: 10 })
  expect(costOf(await rotate())).toMatchObject({ trips: 2, rowsWritten: 12 })
  expect(costOf(await call(`/api/keys/${id}`, { key, method: 'DELETE' }))).toMatchObject({ trips: 2 })
})

test('a key that ends itself takes two trips: the window, its row, and the audit', async () => {
  const { key } = await makeKey(await makeTenant())
  const response = await call('/api/keys/current', { key, method: 'DELETE' })
  expect(costOf(response)).toMatchObject({ trips: 2, rowsWritten: 3 })
})
