import { describe, expect, it } from 'vitest'
import { app } from '../../src/app'
import { changeEvents, changeTargets, scopeOf, targetOf, targetScopes } from '../../src/domain/vocabulary'
import { documentOf } from '../../src/openapi/document'
import { call, costOf } from '../support/call'
import { addChange, addChanges } from '../support/changes'
import { makeCase } from '../support/rows'
import { d1Of, type KeyOptions, makeKey, makeTenant } from '../support/tenants'

interface Page {
  changes: { sequence: number; event: string; target: Record<string, unknown> }[]
  next: number
  oldest: number | null
}

async function ask(key: string, query = '') {
  const response = await call(`/api/changes${query}`, { key })
  expect(response.status).toBe(200)
  return { body: await response.json<Page>(), cost: costOf(response), tag: response.headers.get('ETag') ?? '' }
}

const numbersOf = async (key: string, query = '') =>
  (await ask(key, query)).body.changes.map(({ sequence }) => sequence)

async function arrange(options: KeyOptions = {}) {
  const tenant = await makeTenant({ plan: 'pro' })
  return { tenant, ...(await makeKey(tenant, options)) }
}

describe('GET /api/changes', () => {
  it('gives ids, references and events, oldest first, and where to go on', async () => {
    const { tenant, key } = await arrange()
    await addChange(tenant, { sequence: 7, event: 'case_created', target: 'c-7', reference: 'CW-2026-0007' })
    await addChange(tenant, { sequence: 8, event: 'news_deleted', type: 'news', target: 'n-1' })
    await addChange(await makeTenant(), { sequence: 9 })
    const at = '2026-05-01T00:00:00.000Z'
    const { body, cost } = await ask(key)
    expect(body).toEqual({
      changes: [
        {
          ...{ sequence: 7, id: 'chg_7', event: 'case_created', at },
          target: { type: 'case', id: 'c-7', reference: 'CW-2026-0007' },
        },
        { sequence: 8, id: 'chg_8', event: 'news_deleted', at, target: { type: 'news', id: 'n-1' } },
      ],
      next: 8,
      oldest: 7,
    })
    expect(cost).toMatchObject({ trips: 1, rowsWritten: 1 })
  })

  it('is empty before the first change, and after the last', async () => {
    const { tenant, key } = await arrange()
    expect((await ask(key)).body).toEqual({ changes: [], next: 0, oldest: null })
    expect((await ask(key, '?after=0')).body).toEqual({ changes: [], next: 0, oldest: null })
    await addChanges(tenant, 3)
    expect((await ask(key, '?after=3')).body).toEqual({ changes: [], next: 3, oldest: 1 })
  })

  it('goes on after a number, as many at a time as are asked for', async () => {
    const { tenant, key } = await arrange()
    await addChanges(tenant, 120)
    expect(await numbersOf(key)).toHaveLength(100)
    expect((await ask(key, '?after=117&limit=2')).body).toMatchObject({
      changes: [{ sequence: 118 }, { sequence: 119 }],
      next: 119,
    })
    expect((await ask(key, '?after=119&limit=2')).body).toMatchObject({ changes: [{ sequence: 120 }], next: 120 })
    expect(await numbersOf(key, '?limit=500')).toHaveLength(120)
  })

  it.each([
    'limit=0',
    'limit=501',
    'limit=x',
    'after=',
    'after=-1',
    'after=1.5',
    'after=x',
    'types=',
    'types=case_created,nonsense',
  ])('refuses ?%s', async (query) => {
    const { key } = await arrange()
    expect((await call(`/api/changes?${query}`, { key })).status).toBe(400)
  })

  it('names the events there are where one is unknown', async () => {
    const { key } = await arrange()
    const message = `Must be a comma-separated list of: ${changeEvents.join(', ')}`
    await expect(call('/api/changes?types=nonsense', { key })).toAnswer(400, {
      error: 'Invalid request',
      details: { fields: { types: { code: 'enum', message } } },
    })
  })

  const message = 'Not a place in the log as it is kept: read everything again, then go on from the end of the log'
  const refusal = (oldest: number | null) => ({
    error: 'Invalid request',
    details: { fields: { after: { code: 'range', message } }, oldest },
  })

  it('refuses a number whose followers are no longer kept, so that nobody misses them unawares', async () => {
    const { tenant, key } = await arrange()
    await addChanges(tenant, 3, { from: 50 })
    await expect(call('/api/changes?after=48', { key })).toAnswer(400, refusal(50))
    expect(await numbersOf(key, '?after=49')).toEqual([50, 51, 52])
    expect(await numbersOf(key)).toEqual([50, 51, 52])
  })

  it('refuses a number that the log has not reached, as after a restored backup', async () => {
    const { tenant, key } = await arrange()
    await expect(call('/api/changes?after=1', { key })).toAnswer(400, refusal(null))
    await addChanges(tenant, 3)
    await expect(call('/api/changes?after=4', { key })).toAnswer(400, refusal(1))
  })

  it('answers 304 while nothing has come, and 200 when something has', async () => {
    const { tenant, key } = await arrange()
    await addChanges(tenant, 2)
    const { tag } = await ask(key, '?after=2')
    const again = () => call('/api/changes?after=2', { key, headers: { 'If-None-Match': tag } })
    const same = await again()
    expect([same.status, await same.text()]).toEqual([304, ''])
    await addChanges(tenant, 1, { from: 3 })
    expect((await again()).status).toBe(200)
  })
})

describe('The types of changes', () => {
  const logged = async (options: KeyOptions) => {
    const arranged = await arrange(options)
    for (const [index, event] of changeEvents.entries()) {
      await addChange(arranged.tenant, { sequence: index + 1, event, type: targetOf(event) })
    }
    return arranged
  }
  const eventsOf = async (key: string, query = '') => (await ask(key, query)).body.changes.map(({ event }) => event)

  it('are as many as the contract has', () => {
    expect(changeEvents.toSorted()).toEqual([
      ...['case_archived', 'case_closed', 'case_created', 'case_note_added', 'case_resolved', 'case_status_changed'],
      ...['case_updated', 'contact_submitted', 'councillor_profile_updated', 'event_deleted', 'event_published'],
      ...['event_updated', 'news_deleted', 'news_published', 'news_updated', 'submission_updated', 'ward_updated'],
    ])
  })

  it.each(changeTargets)('of a %s are read with its own scope only', async (target) => {
    const scope = targetScopes[target]
    const { key } = await logged({ scopes: [scope, 'cases:write', 'reports:read'] })
    const readable = changeEvents.filter((event) => scopeOf(event) === scope)
    expect(readable.length).toBeGreaterThan(0)
    expect(await eventsOf(key)).toEqual(readable)
    expect((await ask(key)).body.next).toBe(changeEvents.length)
  })

  it('can be chosen, and those that the key does not read stay out', async () => {
    const { key } = await logged({ scopes: ['cases:read', 'news:read'] })
    expect(await eventsOf(key, '?types=news_published, case_created,ward_updated')).toEqual([
      'case_created',
      'news_published',
    ])
    expect(await ask(key, '?types=ward_updated')).toMatchObject({ body: { changes: [], next: changeEvents.length } })
  })

  it('need one scope that reads some: 403 names it, and plans below pro have no log', async () => {
    const { key } = await arrange({ scopes: ['cases:write', 'audit:read', 'webhooks:read'] })
    await expect(call('/api/changes', { key })).toAnswer(403, {
      error: 'This API key lacks the required scope',
      details: { requiredScope: 'cases:read' },
    })
    const free = await makeKey(await makeTenant({ plan: 'free' }))
    await expect(call('/api/changes', { key: free.key })).toAnswer(403, {
      error: 'Your plan does not include this feature',
      details: { requiredPlan: 'pro' },
    })
  })

  it('are told of by the document, each scope as a way in of its own', () => {
    const { security, description } = documentOf(app).paths?.['/api/changes']?.get ?? {}
    expect(security).toEqual(Object.values(targetScopes).flatMap((scope) => [{ bearer: [scope] }, { apiKey: [scope] }]))
    expect(description).toContain('**scope** `cases:read` or `submissions:read` or `news:read`')
  })
})

describe('A caseworker', () => {
  it('sees changes of the cases that are theirs now, and of everything else', async () => {
    const { tenant, key, user } = await arrange({ role: 'caseworker' })
    const own = await makeCase(tenant, { assignee_id: user.id })
    const others = await makeCase(tenant, { assignee_id: 'somebody' })
    const nobodys = await makeCase(tenant)
    const elsewhere = await makeCase(await makeTenant(), { assignee_id: user.id })
    for (const [index, target] of [own, others, nobodys, elsewhere, 'gone'].entries()) {
      await addChange(tenant, { sequence: index + 1, target })
    }
    await addChange(tenant, { sequence: 6, event: 'contact_submitted', type: 'submission', target: 's-1' })
    expect(await ask(key)).toMatchObject({ body: { changes: [{ sequence: 1 }, { sequence: 6 }], next: 6 } })
    await d1Of().prepare('update cases set assignee_id = ? where id = ?').bind(user.id, others).run()
    await d1Of().prepare('update cases set assignee_id = null where id = ?').bind(own).run()
    expect(await numbersOf(key)).toEqual([2, 6])
  })
})

describe('Where few changes match', () => {
  it('a call looks at 1,000 and says where to go on', async () => {
    const { tenant, key } = await arrange()
    await addChanges(tenant, 2_500, { from: 11 })
    await addChange(tenant, { sequence: 2_511, event: 'ward_updated', type: 'ward', target: 'w-1' })
    const first = await ask(key, '?types=ward_updated')
    expect(first.body).toEqual({ changes: [], next: 1_010, oldest: 11 })
    expect(first.cost.rowsRead).toBeLessThanOrEqual(1_000 + 20)
    expect((await ask(key, '?types=ward_updated&after=1010')).body).toEqual({ changes: [], next: 2_010, oldest: 11 })
    expect((await ask(key, '?types=ward_updated&after=2010')).body).toMatchObject({
      changes: [{ sequence: 2_511 }],
      next: 2_511,
    })
  })
})
