import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ChangeEvent } from '../../src/domain/vocabulary'
import { makeCase, makePlace, makeSubmission } from '../support/rows'
import { insert, makeTenant, makeUser, type TestTenant } from '../support/tenants'
import { makeChange, makeEndpoint, receive, sendTo } from '../support/webhooks'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('What a message holds', () => {
  const targets: [ChangeEvent, string, (tenant: TestTenant) => Promise<string>, object, object][] = [
    [
      'case_created',
      'case',
      makeCase,
      {},
      { reference: expect.any(String), status: 'open', residentName: 'Alex Resident' },
    ],
    [
      'case_status_changed',
      'case',
      makeCase,
      { from_status: 'open', to_status: 'resolved' },
      { reference: expect.any(String), fromStatus: 'open', toStatus: 'resolved' },
    ],
    [
      'contact_submitted',
      'submission',
      makeSubmission,
      {},
      { reference: expect.any(String), status: 'new', name: 'Alex Resident' },
    ],
    [
      'ward_updated',
      'ward',
      (tenant) => makePlace('wards', tenant),
      {},
      { name: 'Arwenack', code: null, enabled: true },
    ],
    [
      'councillor_profile_updated',
      'user',
      async (tenant) => (await makeUser(tenant, { role: 'councillor', name: 'Sam' })).id,
      {},
      { name: 'Sam', email: expect.stringContaining('@example.com'), role: 'councillor', enabled: true },
    ],
    ['news_published', 'news', (tenant) => anItem(tenant, 'news'), {}, item],
    [
      'event_updated',
      'event',
      (tenant) => anItem(tenant, 'event'),
      {},
      { ...item, type: 'surgery', startsAt: '2026-06-01T09:00:00.000Z' },
    ],
  ]

  it.each(targets)('%s', async (event, target_type, make, columns, data) => {
    const tenant = await makeTenant()
    const target_id = await make(tenant)
    const full = await makeEndpoint(tenant, { events: event })
    const thin = await makeEndpoint(tenant, { events: event, payload: 'thin' })
    await makeChange(tenant, event, { target_type, target_id, ...columns })
    const received = receive()

    await sendTo(full)
    await sendTo(thin)

    expect(received.map(({ message }) => message.data)).toEqual([{ id: target_id, ...data }, { id: target_id }])
  })

  it('is the id alone where the target has gone, or is another tenant’s', async () => {
    const tenant = await makeTenant()
    const others = await makeCase(await makeTenant())
    const id = await makeEndpoint(tenant)
    await makeChange(tenant, 'case_created', { target_id: 'gone' })
    await makeChange(tenant, 'case_status_changed', { target_id: others })
    const received = receive()

    await sendTo(id)

    expect(received.map(({ message }) => message.data)).toEqual([{ id: 'gone' }, { id: others }])
  })
})

const item = { externalId: null, title: 'Library reopens', approved: true, publishedAt: '2026-05-01T09:00:00.000Z' }

async function anItem(tenant: TestTenant, kind: 'news' | 'event'): Promise<string> {
  const id = `${kind}-${tenant.id}`
  const times = { created_at: 1, updated_at: 1, published_at: Date.UTC(2026, 4, 1, 9) }
  const own = kind === 'event' ? { type: 'surgery', starts_at: Date.UTC(2026, 5, 1, 9) } : {}
  const row = { id, tenant_id: tenant.id, kind, title: 'Library reopens', approved: 1, created_by: 'x' }
  await insert('publications', { ...row, ...times, ...own })
  return id
}
