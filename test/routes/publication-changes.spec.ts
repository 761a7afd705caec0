import { describe, expect, it } from 'vitest'
import { actsOf } from '../support/acts'
import { answerOf, call, costOf } from '../support/call'
import { type Item, kinds, listed, makeAdmin, makeItem } from '../support/publications'
import { d1Of, makeKey, makeTenant } from '../support/tenants'

const may = Date.UTC(2026, 4, 1)
const notFound = { status: 404, body: { error: 'Not found' } }
const taken = (id: string) => ({
  status: 409,
  body: { error: 'This externalId is already in use', details: { existing: { id } } },
})

describe.each(kinds)('POST $path', ({ kind, path, body }) => {
  it('makes a draft by the caller, and says where it is', async () => {
    const { tenant, key, user } = await makeAdmin()
    const response = await call(path, { key, json: body })
    expect(response.status).toBe(201)
    const item = await response.json<Item>()
    expect(item).toMatchObject({
      tenantId: tenant.id,
      approved: false,
      publishedAt: null,
      createdBy: { id: user.id, name: user.name },
      externalId: null,
      source: null,
      version: 1,
      updatedAt: item.createdAt,
    })
    expect(response.headers.get('Location')).toBe(`${path}/${item.id}`)
    expect(costOf(response).trips).toBe(2)
    expect(await actsOf(tenant)).toMatchObject([{ action: `${kind}.create`, target_type: kind, target_id: item.id }])

    const got = await call(`${path}/${item.id}`, { key })
    expect(await got.json()).toEqual(item)
    expect(got.headers.get('ETag')).toBe(response.headers.get('ETag'))
  })

  it('ignores what a GET emits and nobody may set, and refuses what it does not know', async () => {
    const { key } = await makeAdmin()
    const emitted = { id: 'x', tenantId: 'x', approved: true, publishedAt: '2020-01-01T00:00:00Z', createdBy: null }
    const { status, body: item } = await answerOf<Item>(call(path, { key, json: { ...body, ...emitted, version: 9 } }))
    expect(status).toBe(201)
    expect(item).toMatchObject({ approved: false, publishedAt: null, version: 1 })
    expect(item.id).not.toBe('x')
    await expect(call(path, { key, json: { ...body, colour: 'red' } })).toAnswer(400, {
      error: 'Invalid request',
      details: { fields: { colour: { code: 'unknown', message: 'Unknown field' } } },
    })
  })

  it('409 for an externalId in use, naming the item, in this kind and tenant only', async () => {
    const { tenant, key, user } = await makeAdmin()
    const json = { ...body, externalId: 'cms-77' }
    const first = await answerOf<Item>(call(path, { key, json }))
    expect(first).toMatchObject({ status: 201, body: { externalId: 'cms-77' } })
    await expect(call(path, { key, json })).toAnswer(taken(first.body.id))
    for (const one of kinds.filter((other) => other.kind !== kind)) {
      await makeItem(tenant, one, { createdBy: user.id, externalId: 'cms-77' })
    }
    expect((await call(path, { key: (await makeAdmin()).key, json })).status).toBe(201)
  })

  it('makes one item of ten requests at once with one externalId', async () => {
    const { key } = await makeAdmin()
    const json = { ...body, externalId: 'cms-77' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(path, { key, json })))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array(9).fill(409)])
    expect((await listed(key, path)).ids).toHaveLength(1)
  })

  it('makes one item of ten requests at once with one Idempotency-Key, and answers all with it', async () => {
    const { tenant, key } = await makeAdmin()
    const json = { ...body, externalId: 'cms-77' }
    const headers = { 'Idempotency-Key': 'import-77' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(path, { key, json, headers })))
    const items = await Promise.all(answers.map(async (answer) => [answer.status, await answer.text()]))
    expect(new Set(items.map(String)).size).toBe(1)
    expect(items[0]?.[0]).toBe(201)
    expect(new Set(answers.map((answer) => answer.headers.get('Location'))).size).toBe(1)
    expect(answers.filter((answer) => answer.headers.get('Idempotency-Replayed') === 'true')).toHaveLength(9)
    expect((await listed(key, path)).ids).toHaveLength(1)
    expect(await actsOf(tenant)).toHaveLength(1)
    expect((await call(path, { key, json: body, headers })).status).toBe(422)
  })
})

describe.each(kinds)('GET $path/{id}', ({ path, body }) => {
  it('answers 304 to who has this very body, and the body to who has another', async () => {
    const { key } = await makeAdmin()
    const { id } = (await answerOf<Item>(call(path, { key, json: body }))).body
    const etag = (await call(`${path}/${id}`, { key })).headers.get('ETag') ?? ''
    expect(etag).toMatch(/^"1-[0-9a-f]{16}"$/)
    const ask = (held: string) => call(`${path}/${id}`, { key, headers: { 'If-None-Match': held } })
    const known = await ask(`"x", W/${etag}`)
    expect(known.status).toBe(304)
    expect(await known.text()).toBe('')
    expect(known.headers.get('ETag')).toBe(etag)
    expect(known.headers.get('X-RateLimit-Limit')).toBe('1000')
    expect((await ask(`"a,b" , ${etag.replace(/"$/, '-gzip"')}`)).status).toBe(304)
    expect((await ask(`"x,${etag.slice(1)}`)).status).toBe(200)
    await call(`${path}/${id}`, { method: 'PATCH', key, json: { title: 'Moved' } })
    expect((await ask(etag)).status).toBe(200)
  })
})

describe.each(kinds)('PATCH $path/{id}', (kind) => {
  const { path } = kind
  const make = async (options: { publishedAt?: number; externalId?: string } = {}) => {
    const admin = await makeAdmin()
    const id = await makeItem(admin.tenant, kind, { ...options, createdBy: admin.user.id })
    const patch = (json: unknown, headers = {}) =>
      call(`${path}/${id}`, { method: 'PATCH', key: admin.key, json, headers })
    const get = async () => (await answerOf<Item>(call(`${path}/${id}`, { key: admin.key }))).body
    return { ...admin, id, patch, get }
  }

  it('changes what it names and nothing else, and leaves an approved item approved', async () => {
    const { tenant, id, patch, get } = await make({ publishedAt: may })
    const before = await get()
    const response = await patch({ title: 'Moved to Sunday', source: 'Newsroom' })
    expect(response.status).toBe(200)
    const after = await response.json<Item>()
    const changed = { title: 'Moved to Sunday', source: 'Newsroom', version: 2, updatedAt: after.updatedAt }
    expect(after).toEqual({ ...before, ...changed })
    expect(after).toMatchObject({ approved: true, publishedAt: '2026-05-01T00:00:00.000Z' })
    expect(await get()).toEqual(after)
    expect(costOf(response).trips).toBe(2)
    expect(response.headers.get('ETag')).toMatch(/^"2-/)
    expect(await actsOf(tenant)).toMatchObject([
      { action: `${kind.kind}.update`, target_type: kind.kind, target_id: id },
    ])
  })

  it('writes nothing where nothing changes, and clears what is null', async () => {
    const { tenant, patch, get } = await make({ externalId: 'cms-77' })
    const before = await get()
    const same = await patch({ title: String(before.title), externalId: 'cms-77', approved: true })
    expect(await same.json()).toEqual(before)
    expect(await actsOf(tenant)).toEqual([])
    expect((await answerOf<Item>(patch({ externalId: null }))).body).toMatchObject({ externalId: null, version: 2 })
  })

  it('409 for a stale If-Match or version, with where things stand', async () => {
    const { patch, get } = await make()
    const { updatedAt } = (await answerOf<Item>(patch({ title: 'One' }, { 'If-Match': '"1-0123456789abcdef"' }))).body
    const stale = {
      status: 409,
      body: { error: 'Changed since you last read it', details: { current: { version: 2, updatedAt } } },
    }
    await expect(patch({ title: 'Two' }, { 'If-Match': '"1"' })).toAnswer(stale)
    await expect(patch({ title: 'Two', version: 1 })).toAnswer(stale)
    expect((await patch({ title: 'Two', version: 2 })).status).toBe(200)
    expect((await patch({ title: 'Three' })).status).toBe(200)
    expect(await get()).toMatchObject({ title: 'Three', version: 4 })
  })

  it('lets one of ten changes through when all expect the same version', async () => {
    const { tenant, patch, get } = await make()
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => patch({ title: `T${i}`, version: 1 })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)])
    expect(await get()).toMatchObject({ version: 2 })
    expect(await actsOf(tenant)).toHaveLength(1)
  })

  it('409 for another item’s externalId', async () => {
    const { tenant, user, patch } = await make()
    const other = await makeItem(tenant, kind, { createdBy: user.id, externalId: 'cms-77' })
    await expect(patch({ externalId: 'cms-77' })).toAnswer(taken(other))
  })

  it('400 before 404 for a malformed If-Match', async () => {
    const { key } = await makeAdmin()
    for (const method of ['PATCH', 'DELETE']) {
      const response = await call(`${path}/nothing`, {
        method,
        key,
        ...(method === 'PATCH' && { json: { title: 'x' } }),
        headers: { 'If-Match': 'soon' },
      })
      expect(response.status).toBe(400)
    }
  })
})

describe.each(kinds)('DELETE $path/{id}', (kind) => {
  const { path } = kind

  it('is for good: 404 from then on, to everything', async () => {
    const { tenant, key, user } = await makeAdmin()
    const id = await makeItem(tenant, kind, { createdBy: user.id, publishedAt: may })
    const remove = (headers = {}) => answerOf<Item>(call(`${path}/${id}`, { method: 'DELETE', key, headers }))
    expect((await remove({ 'If-Match': '"7-0123456789abcdef"' })).status).toBe(409)
    expect(await remove()).toEqual({ status: 200, body: { success: true } })
    expect(await remove()).toEqual(notFound)
    await expect(call(`${path}/${id}`, { key })).toAnswer(notFound)
    await expect(call(`${path}/${id}`, { method: 'PATCH', key, json: { title: 'x' } })).toAnswer(notFound)
    expect((await listed(key, path)).ids).toEqual([])
    expect(await actsOf(tenant)).toMatchObject([
      { action: `${kind.kind}.delete`, target_type: kind.kind, target_id: id },
    ])
  })
})

describe.each(kinds)('an item of $path', (kind) => {
  it('does not exist for another tenant, nor among the other kind', async () => {
    const { tenant, key, user } = await makeAdmin()
    const id = await makeItem(tenant, kind, { createdBy: user.id, publishedAt: may, externalId: 'cms-77' })
    const stranger = await makeKey(await makeTenant())
    const [other = kind] = kinds.filter((one) => one !== kind)
    const places = [
      [stranger.key, kind.path],
      [key, other.path],
    ] as const
    for (const [caller, path] of places) {
      await expect(call(`${path}/${id}`, { key: caller })).toAnswer(notFound)
      const json = { title: 'Mine now' }
      await expect(call(`${path}/${id}`, { method: 'PATCH', key: caller, json })).toAnswer(notFound)
      await expect(call(`${path}/${id}`, { method: 'DELETE', key: caller })).toAnswer(notFound)
      expect((await listed(caller, path)).ids).toEqual([])
      expect((await listed(caller, `${path}?externalId=cms-77`)).ids).toEqual([])
    }
    const row = await d1Of().prepare('select title, version from publications where id = ?').bind(id).first()
    expect(row).toEqual({ title: kind.columns.title, version: 1 })
  })
})
