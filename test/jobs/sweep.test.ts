import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { sweep } from '../../src/jobs/sweep'
import { askWards, aTenant } from '../support/public-calls'
import { d1Of, insert, makeKey } from '../support/tenants'

const hour = 3_600_000

async function addWindow(id: string, agoMs: number[], windowMs = hour, cell = 0) {
  const hits = agoMs.map((ago) => String(Date.now() - ago).padStart(13, '0')).join('')
  await insert('windows', { id, quota: 5, window_ms: windowMs, hits, mark: '', total: agoMs.length, days: '' }, cell)
}

const windowIds = async (cell = 0) =>
  (await d1Of(cell).prepare('select id from windows order by id').all<{ id: string }>()).results.map(({ id }) => id)

describe('The daily clean-up', () => {
  it('forgets addresses that were last counted more than two windows ago, in every cell', async () => {
    await addWindow('ip:quiet', [9 * hour, 2 * hour + 1000])
    await addWindow('ip:recent', [9 * hour, 2 * hour - 5000])
    await addWindow('ip:short', [3 * 60_000], 60_000)
    await addWindow('01JZFAMILY', [9000 * hour])
    await addWindow('ip', [9000 * hour])
    await addWindow('ip;', [9000 * hour])
    await addWindow('ip:quiet', [3 * hour], hour, 1)
    await sweep(env)
    expect(await windowIds()).toEqual(['01JZFAMILY', 'ip', 'ip:recent', 'ip;'])
    expect(await windowIds(1)).toEqual([])
  })

  it('forgets results after 24 hours', async () => {
    const row = { owner: 'o', route: 'POST /x', request_hash: 'h', status: 201, body: '{}' }
    await insert('idempotency', { ...row, key: 'old', created_at: Date.now() - 24 * hour - 1000 })
    await insert('idempotency', { ...row, key: 'young', created_at: Date.now() - 24 * hour + 60_000 })
    await sweep(env)
    const { results } = await d1Of().prepare('select key from idempotency').all()
    expect(results).toEqual([{ key: 'young' }])
  })

  it('leaves alone who has just been counted', async () => {
    const tenant = await aTenant()
    const { key, familyId } = await makeKey(tenant)
    await askWards(tenant, '203.0.113.9')
    await askWards(tenant, undefined, { key })
    await sweep(env)
    const ids = await windowIds()
    expect(ids).toContain(familyId)
    expect(ids.filter((id) => /^ip:[0-9a-f]{64}$/.test(id))).toHaveLength(1)
  })

  it('takes more windows than one statement deletes', async () => {
    await d1Of()
      .prepare(
        `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 10100)
         insert into windows (id, quota, window_ms, hits, mark, total, days)
         select 'ip:' || n, 5, 1000, '0000000000001', '', 1, '' from numbers`,
      )
      .run()
    await sweep(env)
    expect((await windowIds()).filter((id) => /^ip:\d+$/.test(id))).toEqual([])
  })
})
