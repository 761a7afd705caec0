import { beforeAll, describe, expect, test } from 'vitest'
import { mintKey } from '../../src/gate/key-format'
import { call } from '../support/call'
import { found, search, tenantWith } from '../support/case-searches'
import { openPage, read, signedInWith } from '../support/console'
import { arrangeFull, limited, noScope } from '../support/errors'
import { firstCreatedAt, makeNumberedCase } from '../support/many-cases'
import { makeCase } from '../support/rows'
import { d1Of, makeKey, makeTenant, makeUser } from '../support/tenants'

describe('relevance', () => {
  test('an own reference counts more than a name, a name more than the summary, and that more than the description', async () => {
    const { key } = await tenantWith(
      { description: 'Flint said so' },
      { summary: 'Flint in the road' },
      { resident_name: 'Robin Flint' },
      { internal_ref: 'Flint' },
    )
    expect(await found(key, 'flint')).toEqual([4, 3, 2, 1])
  })

  test('gives way to a sort that is asked for', async () => {
    const { key } = await tenantWith(
      { summary: 'Flint in the road', status: 'closed', updated_at: firstCreatedAt + 9 },
      { internal_ref: 'Flint', status: 'open', updated_at: firstCreatedAt + 7 },
      { resident_name: 'Robin Flint', status: 'in_progress', updated_at: firstCreatedAt + 8 },
    )
    expect(await found(key, 'flint', '&sort=createdAt')).toEqual([1, 2, 3])
    expect(await found(key, 'flint', '&sort=-createdAt')).toEqual([3, 2, 1])
    expect(await found(key, 'flint', '&sort=updatedAt')).toEqual([2, 3, 1])
    expect(await found(key, 'flint', '&sort=status')).toEqual([1, 3, 2])
    expect(await found(key, 'flint', '&sort=reference')).toEqual([1, 2, 3])
  })

  test('being equal, the newest come first', async () => {
    const { key } = await tenantWith(...Array.from({ length: 3 }, () => ({ summary: 'Flint in the road' })))
    expect(await found(key, 'flint')).toEqual([3, 2, 1])
  })
})

test('more than three words are not ranked in a database of more than 300,000 cases, and the answer says so', async () => {
  const { key } = await tenantWith(
    { internal_ref: 'the flint in Example Road' },
    { summary: 'The flint in Example Road' },
  )
  const [three, four] = ['flint example road', 'the flint example road']
  const seen = async (words: string, more = '') => {
    const { cases, unranked } = await search(key, words, more)
    return { found: cases.map(({ reference }) => Number(reference.slice(-4))), unranked }
  }
  expect(await seen(four)).toEqual({ found: [1, 2], unranked: undefined })

  // As many as that have been taken in, by anybody.
  const others = await makeTenant()
  const last = await makeCase(others, { row_id: 300_001 })
  expect(await seen(four)).toEqual({ found: [2, 1], unranked: true })
  const page = await read(await openPage(`/console/cases?search=${encodeURIComponent(four)}`, await signedInWith(key)))
  expect(page.text).toContain('These are the newest first')
  expect(await seen(four, '&sort=createdAt')).toEqual({ found: [1, 2], unranked: undefined })
  expect(await seen(three)).toEqual({ found: [1, 2], unranked: undefined })
  expect(await seen('no such words here')).toEqual({ found: [], unranked: undefined })
  await d1Of(others.cell).prepare('delete from cases where id = ?').bind(last).run()
})

describe('words', () => {
  let key: string

  beforeAll(async () => {
    const made = await tenantWith(
      { resident_name: 'José Müller', summary: 'Broken streetlight' },
      { resident_name: 'Zoë O’Brien', summary: 'Damp AND mould', resident_postcode: 'TR11AA' },
      { external_id: 'crm-10042', summary: 'Noise (nightly)', description: 'col:umn "quoted" a*b 50%' },
      { internal_ref: 'HIGHWAYS-77', summary: 'NEAR the school' },
      { summary: 'Streets, lights' },
    )
    key = made.key
  })

  test.each<[string, number[]]>([
    ['broken', [1]],
    ['BROKEN Streetlight', [1]],
    ['streetlight broken', [1]],
    ['broken school', []],
    ['streetl', [1]],
    ['street', [1, 5]],
    ['street light', []],
    ['streets lights', [5]],
    ['streets ligh', [5]],
    ['street ligh', []],
    ['jose muller', [1]],
    ['JOSÉ', [1]],
    ['Jose\u0301', [1]],
    ['zoe', [2]],
    ['TR11AA', [2]],
    ['TR1 1AA', [2]],
    ['tr1 1aa damp', [2]],
    ['mould TR1  1AA', [2]],
    ['CW-2026-0003', [3]],
    ['cw-2026-000', [1, 2, 3, 4, 5]],
    ['crm-10042', [3]],
    ['highways-77', [4]],
    ['HIGHWAYS', [4]],
  ])('%s', async (words, expected) => {
    expect((await found(key, words)).toSorted()).toEqual(expected)
  })

  // Nothing that the index’s own language means anything by.
  test.each<[string, number[]]>([
    ['damp AND mould', [2]],
    ['damp OR school', []],
    ['damp NOT mould', []],
    ['AND', [2]],
    ['OR', []],
    ['NOT', []],
    ['NEAR', [4]],
    ['NEAR(damp mould, 3)', []],
    ['"damp"', [2]],
    ['"damp', [2]],
    ['damp"', [2]],
    ['""damp""', [2]],
    ["'damp' -- ", [2]],
    ['(damp)', [2]],
    ['damp) OR (school', []],
    ['^damp', [2]],
    ['+damp', [2]],
    ['-damp', [2]],
    ['damp*', [2]],
    ['d*mp', []],
    ['damp + mould', [2]],
    ['summary:damp', []],
    ['summary : damp', []],
    ['{summary reference}:damp', []],
    ['col:umn', [3]],
    ['a*b', [3]],
    ['50%', [3]],
    ['damp\u0000', [2]],
    ['da\u0000mp', []],
    ['damp\tmould\n', [2]],
    ["damp'; drop table cases; --", []],
    ['nightly)', [3]],
    [`${'damp '.repeat(39)}mould`, [2]],
    ['o '.repeat(100), [2]],
    ['"'.repeat(150), []],
  ])('%j is looked for as it is', async (words, expected) => {
    expect(await found(key, words)).toEqual(expected)
  })

  test.each(['', ' ', '%', '*', '"', '""', '-', '- - -', '()', ':', '\u0000', '?!', '🕳️'])(
    '%j holds nothing to look for, so nothing is found',
    async (words) => {
      expect(await search(key, words)).toEqual({
        cases: [],
        pagination: { page: 1, pageSize: 20, total: 0, totalPages: 0, nextCursor: null },
        searchActive: true,
      })
    },
  )

  test('filters narrow what is found', async () => {
    expect(await found(key, 'street', '&reference=CW-2026-0005')).toEqual([5])
    expect(await found(key, 'street', '&status=closed,resolved')).toEqual([])
    expect(await found(key, 'street', '&archived=true')).toEqual([])
    expect(await found(key, 'street', '&createdTo=2026-01-01T00:00:00.001Z')).toEqual([1])
    expect(await found(key, 'noise', '&externalId=crm-10042&sort=updatedAt')).toEqual([3])
  })
})

describe('more than ten different words are refused', () => {
  const tooMany = {
    error: 'Invalid request',
    details: { fields: { search: { code: 'too_long', message: 'Must have at most 10 different words' } } },
  }
  const letters = [...'abcdefghijk']

  test.each([
    ['words', letters.join(' ')],
    ['a hundred of them', Array.from({ length: 100 }, (_, i) => String.fromCharCode(0x4e00 + i)).join(' ')],
    ['parts of a word', letters.join('-')],
    ['parts of several words', "a.b.c d'e'f g-h-i j/k"],
    ['postcodes, which are looked for in two ways', 'TR1 1AA TR1 1AB TR1 1AD TR1 1AE'],
  ])('as %s', async (_, words) => {
    const { key } = await makeKey(await makeTenant())
    for (const path of ['/api/cases', '/api/cases/export']) {
      await expect(call(`${path}?search=${encodeURIComponent(words)}`, { key })).toAnswer(400, tooMany)
    }
  })

  test('once the caller is known, admitted and allowed to search', async () => {
    const path = `/api/cases?search=${letters.join('+')}`
    await expect(call(path, { key: mintKey() })).toAnswer(401, { error: 'Invalid API key' })
    await expect(call(path, { key: (await arrangeFull()).key })).toAnswer(429, limited)
    const { key } = await makeKey(await makeTenant(), { scopes: [] })
    await expect(call(path, { key })).toAnswer(403, { ...noScope, details: { requiredScope: 'cases:read' } })
  })

  test('but the same ones may come over and over', async () => {
    const { key } = await tenantWith({ summary: 'a b c d e f g h i j' }, { summary: 'a b c d e f g h i' })
    const ten = letters.slice(0, 10)
    for (const words of [
      [...ten, ...ten, ...ten].join(' '),
      ten.map((one) => `${one}-${one}`).join('.'),
      ten.join("'"),
    ]) {
      expect(await found(key, words)).toEqual([1])
    }
    for (const words of ['a '.repeat(100), 'á A a\u0301 '.repeat(28), 'a-'.repeat(99)]) {
      expect((await found(key, words)).toSorted()).toEqual([1, 2])
    }
  })
})

describe('visibility', () => {
  test('another tenant’s cases are neither found nor counted, and its id is not a word', async () => {
    const theirs = await tenantWith({ summary: 'Flint' }, { summary: 'Flint' }, { summary: 'Flint and steel' })
    const mine = await tenantWith({ summary: 'Flint' }, { summary: 'Steel' })
    expect(await found(mine.key, 'flint')).toEqual([1])
    expect(await found(mine.key, 'flint steel')).toEqual([])
    for (const words of [
      theirs.tenant.id,
      `tenant_id:${theirs.tenant.id}`,
      mine.tenant.id,
      `tenant_id : ${mine.tenant.id}`,
    ]) {
      expect(await found(mine.key, words)).toEqual([])
    }
  })

  test('a caseworker finds and counts their own cases only', async () => {
    const tenant = await makeTenant()
    const user = await makeUser(tenant, { role: 'caseworker' })
    const other = await makeUser(tenant, { role: 'caseworker' })
    await makeNumberedCase(tenant, 2026000001, { internal_ref: 'Flint', assignee_id: other.id })
    await makeNumberedCase(tenant, 2026000002, { description: 'Flint', assignee_id: user.id })
    await makeNumberedCase(tenant, 2026000003, { resident_name: 'Flint' })
    const { key } = await makeKey(tenant, { user })
    expect(await found(key, 'flint')).toEqual([2])
    expect(await found(key, 'flint', '&sort=reference')).toEqual([2])
    expect(await found(key, 'flint', `&assigneeId=${other.id}`)).toEqual([])
    expect(await found((await makeKey(tenant)).key, 'flint')).toEqual([1, 3, 2])
  })
})

test('a change is found at once, and what it replaced no more', async () => {
  const { key, ids } = await tenantWith({ summary: 'Flint', description: 'Marble', internal_ref: 'QUARTZ-1' })
  const change = async (json: unknown) => {
    const response = await call(`/api/cases/${ids[0]}`, { method: 'PATCH', key, json })
    expect(response.status).toBe(200)
  }
  await change({ summary: 'Granite', residentPostcode: 'TR1 1AA' })
  expect([await found(key, 'flint'), await found(key, 'granite'), await found(key, 'TR11AA')]).toEqual([[], [1], [1]])
  await change({ description: null, internalRef: null, residentPostcode: null })
  expect([await found(key, 'marble'), await found(key, 'quartz'), await found(key, 'TR11AA')]).toEqual([[], [], []])
  await change({ archived: true })
  expect([await found(key, 'granite'), await found(key, 'granite', '&archived=true')]).toEqual([[], [1]])
})

test('a created case is found at once', async () => {
  const { key } = await makeKey(await makeTenant())
  await call('/api/cases', { key, json: { residentName: 'Alex Resident', summary: 'Flint', externalId: 'crm-7' } })
  expect([(await search(key, 'flint')).cases.length, (await search(key, 'crm-7')).cases.length]).toEqual([1, 1])
})
