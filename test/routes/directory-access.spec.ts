import { describe, expect, it } from 'vitest'
import { call, costOf } from '../support/call'
import { makeKey, makeTenant } from '../support/tenants'

const unknownId = '01JZ8E2Q4N6T1V3X5Z7B9D0F2H'

const directories = [
  {
    path: '/api/wards',
    reads: 'wards:read',
    writes: 'wards:write',
    plan: 'pro',
    below: 'free',
    json: { name: 'Falmouth' },
  },
  {
    path: '/api/categories',
    reads: 'categories:read',
    writes: 'settings:write',
    plan: 'pro',
    below: 'free',
    json: { name: 'Roads' },
  },
  {
    path: '/api/users',
    reads: 'users:read',
    writes: 'settings:write',
    plan: 'council',
    below: 'team',
    json: { name: 'Sam Councillor', email: 'sam@example.com', role: 'councillor' },
  },
] as const

const change = { name: 'Another' }

describe.each(directories)('$path', ({ path, reads, writes, plan, below, json }) => {
  const every = (id: string) => [
    { path, method: 'GET' },
    { path, method: 'POST', json },
    { path: `${path}/${id}`, method: 'GET' },
    { path: `${path}/${id}`, method: 'PATCH', json: change },
  ]

  it('opens to nobody without a key', async () => {
    for (const { path, ...request } of every(unknownId)) {
      const response = await call(path, request)
      expect(response.status).toBe(401)
      expect(await response.json()).toEqual({ error: 'API key required' })
    }
  })

  it('names the plan that is missing', async () => {
    const { key } = await makeKey(await makeTenant({ plan: below }))
    for (const { path, ...request } of every(unknownId)) {
      const response = await call(path, { key, ...request })
      expect(response.status).toBe(403)
      expect(await response.json()).toEqual({
        error: 'Your plan does not include this feature',
        details: { requiredPlan: plan },
      })
    }
  })

  it('names the scope that is missing, one for reading and one for writing', async () => {
    const { key } = await makeKey(await makeTenant({ plan }), { scopes: ['cases:read'] })
    for (const { path, ...request } of every(unknownId)) {
      const response = await call(path, { key, ...request })
      expect(response.status).toBe(403)
      expect(await response.json()).toEqual({
        error: 'This API key lacks the required scope',
        details: { requiredScope: request.method === 'GET' ? reads : writes },
      })
    }
  })

  it('lets every role read and only an admin write', async () => {
    const tenant = await makeTenant({ plan })
    const admin = await makeKey(tenant)
    const { id } = await (await call(path, { key: admin.key, json })).json<{ id: string }>()
    for (const role of ['caseworker', 'councillor', 'manager'] as const) {
      const { key } = await makeKey(tenant, { role })
      for (const { path, ...request } of every(id)) {
        const response = await call(path, { key, ...request })
        expect(response.status).toBe(request.method === 'GET' ? 200 : 403)
        if (response.ok) continue
        expect(await response.json()).toEqual({
          error: 'Your role does not allow this',
          details: { requiredRole: 'admin' },
        })
        expect(costOf(response)).toMatchObject({ trips: 1, rowsWritten: 1 })
      }
    }
  })

  it('answers another tenant’s id, an odd one and an unknown one with the same 404, and changes nothing', async () => {
    const [tenant, other] = [await makeTenant({ plan }), await makeTenant({ plan })]
    const [{ key }, owner] = [await makeKey(tenant), await makeKey(other)]
    const theirs = await (await call(path, { key: owner.key, json })).json<{ id: string }>()
    const answers = new Set<string>()
    for (const id of [theirs.id, unknownId, 'nothing%27--']) {
      const answered = [
        await call(`${path}/${id}`, { key }),
        await call(`${path}/${id}`, { key, method: 'PATCH', json: change }),
        await call(`${path}/${id}`, { key, method: 'PATCH', json: { ...change, version: 99 } }),
      ]
      for (const response of answered) {
        answers.add(`${response.status} ${response.headers.get('ETag')} ${await response.text()}`)
      }
    }
    expect([...answers]).toEqual(['404 null {"error":"Not found"}'])
    expect(await (await call(`${path}/${theirs.id}`, { key: owner.key })).json()).toEqual(theirs)
    const listed = await (await call(path, { key })).json<{ id: string }[]>()
    expect(listed.map(({ id }) => id)).not.toContain(theirs.id)
  })

  it('refuses a broken body before it looks for the id', async () => {
    const { key } = await makeKey(await makeTenant({ plan }))
    const patch = { key, method: 'PATCH' }
    const headers = { 'Content-Type': 'application/json' }
    const malformed = await call(`${path}/${unknownId}`, { ...patch, headers, body: '{"name":' })
    expect(malformed.status).toBe(400)
    expect(await malformed.json()).toEqual({ error: 'The body is not valid JSON' })
    const unknown = await call(`${path}/${unknownId}`, { ...patch, json: { colour: 'red' } })
    expect(unknown.status).toBe(400)
    expect(await unknown.json()).toEqual({
      error: 'Invalid request',
      details: { fields: { colour: { code: 'unknown', message: 'Unknown field' } } },
    })
  })

  it('refuses a body over 256 KiB with 413 and a method it does not have with 405', async () => {
    const { key } = await makeKey(await makeTenant({ plan }))
    const large = await call(path, { key, json: { ...json, name: 'a'.repeat(262_144) } })
    expect(large.status).toBe(413)
    expect(await large.json()).toEqual({ error: 'The request body is larger than 256 KiB' })
    const removal = await call(`${path}/${unknownId}`, { key, method: 'DELETE' })
    expect(removal.status).toBe(405)
    expect(removal.headers.get('Allow')).toBe('GET, PATCH, HEAD')
    expect(await removal.json()).toEqual({ error: 'Method not allowed' })
  })

  it('answers 429 once the window is full', async () => {
    const { key } = await makeKey(await makeTenant({ plan }), { limit: 1 })
    expect((await call(path, { key })).headers.get('X-RateLimit-Remaining')).toBe('0')
    const response = await call(path, { key, json })
    expect(response.status).toBe(429)
    expect(await response.json()).toEqual({ error: 'Rate limit exceeded' })
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0)
  })

  it('answers 422 to an Idempotency-Key that came with another body', async () => {
    const { key } = await makeKey(await makeTenant({ plan }))
    const headers = { 'Idempotency-Key': 'once' }
    const first = await call(path, { key, headers, json })
    const again = await call(path, { key, headers, json })
    const other = await call(path, { key, headers, json: { ...json, name: 'Another' } })
    expect([first.status, again.status, other.status]).toEqual([201, 201, 422])
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await again.text()).toBe(await first.text())
    expect(await other.json()).toEqual({ error: 'This Idempotency-Key was used with another request body' })
  })
})
