import { afterAll, beforeAll, expect, it } from 'vitest'
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
    expect(failed).toEqual([])
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
    const changed = await client.cases.update(made.id, { status: 'resolved' }, { ifMatch: `"${made.version}"` })
    expect(changed.status).toBe('resolved')
    const stale = client.cases.update(made.id, { status: 'open' }, { ifMatch: `"${made.version}"` })
    await expect(stale).rejects.toBeInstanceOf(ConflictError)
    expect(await client.cases.addNote(made.id, { body: 'Lamp replaced' })).toMatchObject({ body: 'Lamp replaced' })
    await expect(client.cases.get('nothing')).rejects.toBeInstanceOf(NotFoundError)
    const bad = await client.cases.create({ residentName: '', summary: 'x' }).catch((error: unknown) => error)
    expect(bad).toBeInstanceOf(ValidationError)
    expect(bad).toMatchObject({ status: 400, fields: { residentName: { code: 'required' } } })
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
}
