import { ulid } from 'ulid'
import { describe, expect, it } from 'vitest'
import { encodeCursor } from '../../src/domain/page'
import { actsOf } from '../support/acts'
import { answerOf, call } from '../support/call'
import { type Item, kinds, listed, makeAdmin, makeItem } from '../support/publications'
import { d1Of, makeKey, makeTenant } from '../support/tenants'

const day = 24 * 3_600_000
const may = Date.UTC(2026, 4, 1)

describe.each(kinds)('GET $path', (kind) => {
  const { path } = kind

  it('has drafts first, the newest first, then what was published, the newest first', async () => {
    const { tenant, key, user } = await makeAdmin()
    const by = { createdBy: user.id }
    const oldNews = await makeItem(tenant, kind, { ...by, publishedAt: may })
    const draft = await makeItem(tenant, kind, by)
    const newNews = await makeItem(tenant, kind, { ...by, publishedAt: may + day, id: ulid(may) })
    const newDraft = await makeItem(tenant, kind, { ...by, id: `${draft}~` })
    expect((await listed(key, path)).ids).toEqual([newDraft, draft, newNews, oldNews])
    expect((await listed(key, `${path}?approved=true`)).ids).toEqual([newNews, oldNews])
    expect((await listed(key, `${path}?approved=false`)).ids).toEqual([newDraft, draft])
  })

  it('finds an item by its externalId, approved or not', async () => {
    const { tenant, key, user } = await makeAdmin()
    const id = await makeItem(tenant, kind, { createdBy: user.id, externalId: 'cms-77' })
    await makeItem(tenant, kind, { createdBy: user.id, externalId: 'cms-7' })
    expect((await listed(key, `${path}?externalId=cms-77`)).ids).toEqual([id])
    expect((await listed(key, `${path}?externalId=cms-77&approved=false`)).ids).toEqual([id])
    expect((await listed(key, `${path}?externalId=cms-77&approved=true`)).ids).toEqual([])
    expect((await listed(key, `${path}?externalId=cms-78`)).ids).toEqual([])
  })

  it('walks 205 items, drafts and published mixed, each exactly once and in order', async () => {
    const { tenant, key, user } = await makeAdmin()
    // Every third is a draft; of the others, nine share each moment.
    const rows = Array.from({ length: 205 }, (_, i) => ({
      id: ulid(may + (i % 50)),
      published: i % 3 === 0 ? undefined : may + Math.floor(i / 9) * day,
    }))
    const each = rows.map(({ id, published }) =>
      makeItem(tenant, kind, { id, createdBy: user.id, ...(published !== undefined && { publishedAt: published }) }),
    )
    await Promise.all(each)
    const at = ({ published = Number.MAX_SAFE_INTEGER }: (typeof rows)[number]) => published
    const inOrder = rows.toSorted((a, b) => at(b) - at(a) || (a.id < b.id ? 1 : -1)).map(({ id }) => id)

    const first = await listed(key, path)
    expect(first.ids).toHaveLength(200)
    expect(first.next).toMatch(new RegExp(`^${path}\\?cursor=`))
    const second = await listed(key, first.next ?? '')
    expect(second.next).toBeUndefined()
    expect([...first.ids, ...second.ids]).toEqual(inOrder)
    expect(first.cost).toMatchObject({ trips: 1, rowsWritten: 1 })
  })

  it('reads past no drafts when only what is approved is asked for', async () => {
    const { tenant, key, user } = await makeAdmin()
    const ids = Array.from({ length: 300 }, () => ulid())
    const sql = `insert into publications (id, tenant_id, kind, title, body, created_by, created_at, updated_at)
      select value, ?, ?, 'Draft', '', ?, 1, 1 from json_each(?)`
    await d1Of().prepare(sql).bind(tenant.id, kind.kind, user.id, JSON.stringify(ids)).run()
    const published = await makeItem(tenant, kind, { createdBy: user.id, publishedAt: may })
    const { ids: shown, cost } = await listed(key, `${path}?approved=true`)
    expect(shown).toEqual([published])
    expect(cost.rowsRead).toBeLessThan(30)
  })

  it('refuses a cursor of another list, a damaged one and one that somebody made up', async () => {
    const { key } = await makeAdmin()
    const cursorOf = (list: unknown[], after: (string | number)[]) =>
      encodeCursor({ page: 1, position: { after } }, JSON.stringify(list))
    const other = kind.kind === 'news' ? 'event' : 'news'
    const message = 'Invalid cursor: keep the same filters and sort, or omit it to start again'
    for (const cursor of [
      'x',
      cursorOf([other], [1, 'x']),
      cursorOf([kind.kind, true], [1, 'x']),
      cursorOf([kind.kind, null, null], [1]),
    ]) {
      await expect(call(`${path}?cursor=${cursor}`, { key })).toAnswer(400, {
        error: 'Invalid request',
        details: { fields: { cursor: { code: 'format', message } } },
      })
    }
    for (const query of ['approved=yes', 'page=2', 'cursor=']) {
      expect((await call(`${path}?${query}`, { key })).status).toBe(400)
    }
  })
})

describe.each(kinds)('POST $path/approve', (kind) => {
  const { path } = kind
  const approve = (key: string, ids: unknown, headers = {}) =>
    answerOf<Item>(call(`${path}/approve`, { key, json: { ids }, headers }))

  it('publishes what is a draft, and counts what is approved already without touching it', async () => {
    const { tenant, key, user } = await makeAdmin()
    const drafts = [
      await makeItem(tenant, kind, { createdBy: user.id }),
      await makeItem(tenant, kind, { createdBy: user.id }),
    ]
    const done = await makeItem(tenant, kind, { createdBy: user.id, publishedAt: may })
    const before = (await answerOf<Item>(call(`${path}/${done}`, { key }))).body

    expect(await approve(key, [...drafts, done, done])).toEqual({ status: 200, body: { approved: 3 } })
    expect((await answerOf<Item>(call(`${path}/${done}`, { key }))).body).toEqual(before)
    for (const id of drafts) {
      const { body } = await answerOf<Item>(call(`${path}/${id}`, { key }))
      expect(body).toMatchObject({ approved: true, version: 2, publishedAt: body.updatedAt })
      expect(Date.now() - Date.parse(String(body.publishedAt))).toBeLessThan(60_000)
    }
    const entry = { action: `${kind.kind}.approve`, target_type: kind.kind }
    const entries = drafts.toSorted().map((id) => ({ ...entry, target_id: id }))
    expect(await actsOf(tenant)).toMatchObject(entries)

    const again = (await answerOf<Item>(call(`${path}/${drafts[0]}`, { key }))).body
    expect(await approve(key, drafts)).toEqual({ status: 200, body: { approved: 2 } })
    expect((await answerOf<Item>(call(`${path}/${drafts[0]}`, { key }))).body).toEqual(again)
    expect(await actsOf(tenant)).toMatchObject(entries)
  })

  it('approves none when one is unknown, another tenant’s or of the other kind, and says which', async () => {
    const { tenant, key, user } = await makeAdmin()
    const elsewhere = await makeAdmin()
    const draft = await makeItem(tenant, kind, { createdBy: user.id })
    const theirs = await makeItem(elsewhere.tenant, kind, { createdBy: elsewhere.user.id })
    const [other = kind] = kinds.filter((one) => one !== kind)
    const ofOtherKind = await makeItem(tenant, other, { createdBy: user.id })
    const unknownIds = ['nothing', theirs, ofOtherKind]
    const message = 'Some of these do not exist; nothing was approved'
    expect(await approve(key, [draft, ...unknownIds])).toEqual({
      status: 422,
      body: {
        error: 'Validation failed',
        details: { fields: { ids: { code: 'unknown_reference', message } }, unknownIds },
      },
    })
    expect((await answerOf<Item>(call(`${path}/${draft}`, { key }))).body).toMatchObject({
      approved: false,
      version: 1,
    })
    expect(await actsOf(tenant)).toEqual([])
  })

  it('takes a hundred ids and no more', async () => {
    const { tenant, key, user } = await makeAdmin()
    const ids = await Promise.all(Array.from({ length: 100 }, () => makeItem(tenant, kind, { createdBy: user.id })))
    expect(await approve(key, ids)).toEqual({ status: 200, body: { approved: 100 } })
    const fault = { code: 'too_long', message: 'Must have at most 100 entries' }
    expect(await approve(key, [...ids, 'x'])).toMatchObject({
      status: 422,
      body: { details: { fields: { ids: fault } } },
    })
    expect((await approve(key, [])).status).toBe(422)
    expect((await approve(key, undefined)).status).toBe(400)
    expect((await approve(key, ['x', 5])).status).toBe(400)
  })

  it('gives the first result again for the same Idempotency-Key', async () => {
    const { tenant, key, user } = await makeAdmin()
    const id = await makeItem(tenant, kind, { createdBy: user.id })
    const headers = { 'Idempotency-Key': 'approve-1' }
    await approve(key, [id], headers)
    const again = await call(`${path}/approve`, { key, json: { ids: [id] }, headers })
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await again.json()).toEqual({ approved: 1 })
  })

  it('is never read as an id', async () => {
    const { tenant, key, user } = await makeAdmin()
    const id = await makeItem(tenant, kind, { createdBy: user.id })
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const response = await call(`${path}/approve`, {
        method,
        key,
        ...(method === 'PATCH' && { json: { title: 'x' } }),
      })
      await expect(response).toAnswer(404, { error: 'Not found' })
    }
    expect((await approve(key, [id])).status).toBe(200)
  })
})

describe.each(kinds)('$path', (kind) => {
  const { path, read, write, body } = kind

  it('is read by caseworkers and written by councillors, each with the scope, on the pro plan', async () => {
    const tenant = await makeTenant({ plan: 'pro' })
    const [caseworker, councillor] = [
      await makeKey(tenant, { role: 'caseworker' }),
      await makeKey(tenant, { role: 'councillor' }),
    ]
    const created = await answerOf<Item>(call(path, { key: councillor.key, json: body }))
    expect(created.status).toBe(201)
    const { id } = created.body
    const reads: [string, string][] = [
      ['GET', path],
      ['GET', `${path}/${id}`],
    ]
    const writes: [string, string][] = [
      ['POST', path],
      ['POST', `${path}/approve`],
      ['PATCH', `${path}/${id}`],
      ['DELETE', `${path}/${id}`],
    ]
    const [reader, writer] = [await makeKey(tenant, { scopes: [read] }), await makeKey(tenant, { scopes: [write] })]
    const free = await makeKey(await makeTenant({ plan: 'free' }))
    const refusal = async (key: string, [method, at]: [string, string]) => {
      const { status, body: said } = await answerOf<Item>(call(at, { method, key }))
      return { status, details: said.details }
    }
    for (const at of reads) {
      expect((await call(at[1], { key: caseworker.key })).status).toBe(200)
      expect(await refusal(writer.key, at)).toEqual({ status: 403, details: { requiredScope: read } })
    }
    for (const at of writes) {
      expect(await refusal(caseworker.key, at)).toEqual({ status: 403, details: { requiredRole: 'councillor' } })
      expect(await refusal(reader.key, at)).toEqual({ status: 403, details: { requiredScope: write } })
    }
    for (const at of [...reads, ...writes]) {
      expect(await refusal(free.key, at)).toEqual({ status: 403, details: { requiredPlan: 'pro' } })
    }
  })
})
