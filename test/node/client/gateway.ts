import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LogEntry, Options, RateLimit } from '../../../client/src/index'
import type { Installed } from './installed'
import { startReal } from './real-gateway'

/** The client and the gateway together. */
export function describeGateway(installed: () => Installed): void {
  let gateway: Awaited<ReturnType<typeof startReal>>

  beforeAll(async () => {
    gateway = await startReal(100, 2)
  })
  afterAll(() => gateway?.stop())

  const clientOf = (options: Partial<Options> = {}) =>
    new (installed().client.Casework)({ baseUrl: gateway.baseUrl, apiKey: gateway.key, ...options })

  it('150 calls at once under a limit of 100 in 2 s all succeed, and none was refused', async () => {
    const failed: LogEntry[] = []
    const told: RateLimit[] = []
    const options = { logger: (entry: LogEntry) => failed.push(entry), onRateLimit: (one: RateLimit) => told.push(one) }
    const client = clientOf(options)
    const all = await Promise.all(Array.from({ length: 150 }, () => client.me()))
    expect(all.map(({ tenant }) => tenant.slug)).toEqual(Array(150).fill('demo'))
    expect(failed.filter(({ event }) => event === 'failed')).toEqual([])
    // An attempt that was refused would have been told of, too.
    expect(told).toHaveLength(150)
    expect(told[0]).toEqual({ limit: 100, windowSeconds: 2, remaining: 99, resetSeconds: 2 })
    const statuses = gateway.said().match(/"route":"\/api\/me","status":(\d+)/g) ?? []
    expect(new Set(statuses)).toEqual(new Set(['"route":"/api/me","status":200']))
  })

  it('a case is made, read, changed, noted and found again', async () => {
    const { ConflictError, NotFoundError, ValidationError } = installed().client
    const client = clientOf()
    const made = await client.cases.create({ residentName: 'Ada Example', summary: 'Street light out' })
    expect(await client.cases.get(made.id)).toEqual(made)
    const changed = await client.cases.update(made.id, { status: 'resolved' }, { ifMatch: made })
    expect(changed.status).toBe('resolved')
    const stale = client.cases.update(made.id, { status: 'open' }, { ifMatch: made.version })
    await expect(stale).rejects.toBeInstanceOf(ConflictError)
    await expect(stale).rejects.toMatchObject({ current: { version: changed.version, updatedAt: changed.updatedAt } })
    expect(await client.cases.addNote(made.id, { body: 'Lamp replaced' })).toMatchObject({ body: 'Lamp replaced' })
    await expect(client.cases.get('nothing')).rejects.toBeInstanceOf(NotFoundError)
    const bad = await client.cases.create({ residentName: '', summary: 'x' }).catch((error: unknown) => error)
    expect(bad).toBeInstanceOf(ValidationError)
    expect(bad).toMatchObject({ status: 400, fields: { residentName: { code: 'required' } } })
    expect(String(bad)).toBe('ValidationError: 400 residentName: Required')
  })

  it('for await finds every case once', async () => {
    const client = clientOf()
    const ids: string[] = []
    for await (const { id } of client.cases.list({ pageSize: 3 })) ids.push(id)
    const { pagination } = await client.cases.list({ pageSize: 1 })
    expect(ids).toHaveLength(pagination.total)
    expect(new Set(ids).size).toBe(pagination.total)
    expect(pagination.total).toBeGreaterThan(3)
  })

  it('one idempotency key makes one case', async () => {
    const client = clientOf()
    const body = { residentName: 'Ada Example', summary: 'Pothole' }
    const [first, again] = [
      await client.cases.create(body, { idempotencyKey: 'import-1' }),
      await client.cases.create(body, { idempotencyKey: 'import-1' }),
    ]
    expect(again).toEqual(first)
  })

  it('a wrong key is AuthenticationError at once', async () => {
    const failed: LogEntry[] = []
    const client = clientOf({ apiKey: 'sk_wrong', logger: (entry) => failed.push(entry) })
    await expect(client.me()).rejects.toMatchObject({ name: 'AuthenticationError', message: 'Invalid API key' })
    expect(failed).toHaveLength(1)
  })

  describe('as an integrator would', () => {
    const newCase = { residentName: 'Ada Example', summary: 'Kerb broken' }

    it('changes a case from the ETag of the answer, and reads status, headers and request id', async () => {
      const client = clientOf()
      const made = await client.cases.create(newCase).withResponse()
      expect(made).toMatchObject({ status: 201, data: newCase })
      expect(made.headers.get('Location')).toBe(`/api/cases/${made.data.id}`)
      const read = await client.cases.get(made.data.id, { headers: { 'X-Request-Id': 'my-request-1' } }).withResponse()
      expect(read).toMatchObject({ status: 200, data: made.data, requestId: 'my-request-1' })
      expect(read.etag).toMatch(/^(W\/)?"1-/)
      const changed = await client.cases.update(made.data.id, { status: 'closed' }, { ifMatch: read.etag })
      expect(changed.version).toBe(2)
      const again = client.cases.update(made.data.id, { status: 'open' }, { ifMatch: read.etag })
      await expect(again).rejects.toMatchObject({ name: 'ConflictError', current: { version: 2 } })
    })

    it('lists open and closed cases, and takes the first three', async () => {
      const all = await clientOf()
        .cases.list({ status: ['open', 'closed'], pageSize: 2 })
        .toArray({ limit: 3 })
      expect(all).toHaveLength(3)
      for (const { status } of all) expect(['open', 'closed']).toContain(status)
    })

    it('gets the cases and the wards as CSV', async () => {
      const client = clientOf()
      const [head, ...rows] = (await client.cases.exportCsv({ status: 'open' })).trim().split('\r\n')
      expect(head).toMatch(/^"Reference","Status","Summary"/)
      const { total } = await client.cases.export({ status: 'open' })
      expect(rows).toHaveLength(total)
      expect(await client.wards.exportCsv()).toContain('\r\n')
    })

    it('asks for any path, a POST under an idempotency key, too', async () => {
      const client = clientOf()
      const made = await client.request<{ id: string }>('POST', '/api/cases', { body: newCase })
      const found = await client.request('GET', `/api/cases/${made.id}`)
      expect(found).toMatchObject(newCase)
      const { openapi } = await client.request<{ openapi: string }>('GET', '/openapi.json')
      expect(openapi).toMatch(/^3\.1/)
      const key = { name: 'Made by hand', scopes: ['cases:read'], role: 'admin' }
      const kept = await client.request<{ key: string }>('POST', '/api/keys', { body: key, idempotencyKey: null })
      expect(kept.key).toMatch(/^sk_cw0_/)
    })

    it('sends a resident’s message and finds wards without a key', async () => {
      const client = clientOf({ apiKey: null })
      expect(await client.health()).toEqual({ status: 'ok' })
      const { wards } = await client.publicApi.wards('demo')
      expect(wards.length).toBeGreaterThan(0)
      const resident = { name: 'Ada Example', email: 'ada@example.com', message: 'The kerb at the corner is broken.' }
      const { reference } = await client.publicApi.contact('demo', resident)
      expect(reference).toMatch(/^CF-\d{4}-\d{4}$/)
      await expect(client.publicApi.contact('nobody', resident)).rejects.toMatchObject({ name: 'NotFoundError' })
    })
  })
}
