import { afterEach, describe, expect, it } from 'vitest'
import { actsOf } from '../support/acts'
import { call, costOf } from '../support/call'
import { d1Of, makeKey, makeTenant } from '../support/tenants'

const directories = [
  {
    path: '/api/wards',
    table: 'wards',
    rival: "name, name_key, updated_at) values ('rival', new.tenant_id, 1, 'École', 'école', 1)",
    json: { name: 'ÉCOLE' },
    before: { name: 'Roads' },
    message: 'A ward with this name already exists',
  },
  {
    path: '/api/categories',
    table: 'categories',
    rival: "name, name_key, updated_at) values ('rival', new.tenant_id, 1, 'École', 'école', 1)",
    json: { name: 'ÉCOLE' },
    before: { name: 'Roads' },
    message: 'A category with this name already exists',
  },
  {
    path: '/api/users',
    table: 'users',
    rival:
      "name, email, email_key, role) values ('rival', new.tenant_id, 1, 'Rival', 'é@example.com', 'é@example.com', 'admin')",
    json: { name: 'Sam', email: 'É@example.com', role: 'manager' },
    before: { name: 'Sam', email: 'sam@example.com', role: 'manager' },
    message: 'A user with this email already exists',
  },
]

/** Lets a rival's row be there by the time that a request writes, though it was not when the request read. */
async function letRivalComeFirst(table: string, write: 'insert' | 'update', rival: string): Promise<void> {
  const insert = `insert into ${table} (id, tenant_id, created_at, ${rival}`
  const when = write === 'insert' ? "when new.id <> 'rival'" : ''
  await d1Of().prepare(`create trigger rivals before ${write} on ${table} ${when} begin ${insert}; end`).run()
}

afterEach(async () => {
  await d1Of().prepare('drop trigger if exists rivals').run()
})

describe.each(directories)(
  '$path, where another request wrote first',
  ({ path, table, rival, json, before, message }) => {
    it('answers a creation with 409 in two trips, and writes nothing of it', async () => {
      const tenant = await makeTenant()
      const { key } = await makeKey(tenant)
      await letRivalComeFirst(table, 'insert', rival)
      const response = await call(path, { key, json, headers: { 'Idempotency-Key': 'once' } })
      expect(response.status).toBe(409)
      expect(await response.json()).toEqual({ error: message })
      expect(costOf(response).trips).toBe(2)
      expect(await actsOf(tenant)).toEqual([])
      await d1Of().prepare('drop trigger rivals').run()
      const again = await call(path, { key, json, headers: { 'Idempotency-Key': 'once' } })
      expect(again.status).toBe(201)
    })

    it('answers a change with 409 in two trips, and writes nothing of it', async () => {
      const tenant = await makeTenant()
      const { key } = await makeKey(tenant)
      const made = await (await call(path, { key, json: before })).json<{ id: string }>()
      await letRivalComeFirst(table, 'update', rival)
      const response = await call(`${path}/${made.id}`, { method: 'PATCH', key, json })
      expect(response.status).toBe(409)
      expect(await response.json()).toEqual({ error: message })
      expect(costOf(response).trips).toBe(2)
      expect(await actsOf(tenant)).toHaveLength(1)
      expect(await (await call(`${path}/${made.id}`, { key })).json()).toEqual(made)
    })
  },
)
