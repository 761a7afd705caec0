import { ulid } from 'ulid'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { call, costOf } from '../support/call'
import { keyedOperations, type Operation, withId } from '../support/routes'
import { sampleOf } from '../support/samples'
import { everythingAsText } from '../support/second-trip'
import { idsOf, likeItsTwin, makeTwins, type Twin } from '../support/twins'
import { receive } from '../support/webhooks'

const operations = keyedOperations()
const byId = operations.filter(({ namesId }) => namesId)
const tally = { pairs: 0, lists: 0, references: 0, rows: 0 }

// Nothing here is sent to the world.
beforeEach(() => void receive())

afterAll(() => {
  console.info(
    `Isolation: ${tally.pairs} pairs of an id next door and one of nobody, in ${byId.length} operations both ways; ` +
      `${tally.lists} answers of twins compared; ${tally.references} references from bodies and filters; rows read differ by ${tally.rows} at most`,
  )
})

/** Headers that differ from one request to the next of any caller. */
const perRequest = /^(x-request-id|x-ratelimit-remaining|ratelimit|server-timing)$/

/** What an answer says, and what it cost: all that could tell one from another. */
async function told(response: Response) {
  const headers = [...response.headers].filter(([name]) => !perRequest.test(name))
  return { status: response.status, text: await response.text(), headers, cost: costOf(response) }
}

type Told = Awaited<ReturnType<typeof told>>

/** An id next door is found by its key and then left out: rows more than for an id of nobody, at most. */
const mostRows = 6

/** Asserts that two answers cannot be told from each other, be it by what they say or by what they cost. */
function expectAlike(next: Told, nobody: Told): void {
  const { rowsRead, ...cost } = next.cost
  const more = rowsRead - nobody.cost.rowsRead
  tally.rows = Math.max(tally.rows, more)
  expect({ ...next, cost }).toEqual({
    ...nobody,
    cost: { trips: nobody.cost.trips, rowsWritten: nobody.cost.rowsWritten },
  })
  expect(more).toBeGreaterThanOrEqual(0)
  expect(more).toBeLessThanOrEqual(mostRows)
}

/** Makes an operation's row in both tenants, alike in every name. */
async function makeRows(operation: Operation, twins: [Twin, Twin]): Promise<[string, string]> {
  const { row } = sampleOf(operation)
  const ids: string[] = []
  for (const { tenant } of twins) {
    const id = (await row?.(tenant)) ?? ''
    await likeItsTwin(id)
    ids.push(id)
  }
  return [ids[0] ?? '', ids[1] ?? '']
}

/** Sends an operation's request about an id, with its body where it takes one. */
function ask(operation: Operation, key: string, id: string, headers: Record<string, string> = {}) {
  const { body, query = '' } = sampleOf(operation)
  const json = body?.(id)
  return call(withId(operation, id) + query, {
    key,
    method: operation.method,
    ...(json && operation.takesBody && { json }),
    headers,
  })
}

describe.each(byId)('$method $path', (operation) => {
  test('answers of an id next door as of one that nobody has, at the same cost, and changes nothing there', async () => {
    const twins = await makeTwins()
    const [mine, theirs] = await makeRows(operation, twins)
    const [one, other] = twins
    for (const [twin, foreign] of [
      [one, theirs],
      [other, mine],
    ] as const) {
      const before = await everythingAsText()
      for (const headers of [{}, { 'If-None-Match': '*' }, { 'If-Match': '"1"' }, { 'Idempotency-Key': 'same' }]) {
        const next = await told(await ask(operation, twin.admin.key, foreign, headers))
        const nobody = await told(await ask(operation, twin.admin.key, ulid(), headers))
        expectAlike(next, nobody)
        expect(next.status).toBeGreaterThanOrEqual(400)
        tally.pairs += 1
      }
      expect(await everythingAsText()).toEqual(before)
    }
    // Each has its own all the same.
    expect((await ask(operation, one.admin.key, mine)).status).toBe(operation.success)
  })
})

describe.each(operations.filter(({ namesId }) => !namesId))('$method $path', (operation) => {
  test('says nothing of a tenant next door that has the same of everything', async () => {
    const twins = await makeTwins()
    const [one, other] = twins
    for (const each of byId) await makeRows(each, twins).catch(() => undefined)
    const { body, query = '' } = sampleOf(operation)
    const [mine, theirs] = await makeRows(operation, twins)
    const json = body?.(theirs)
    const before = await idsOf(other)
    const headers = { 'Idempotency-Key': 'same' }
    const isKept = operation.method === 'POST' && !/keys|webhooks$/.test(operation.path)
    const answers: Response[] = []
    for (const { admin } of [other, one]) {
      answers.push(
        await call(operation.path + query, {
          key: admin.key,
          method: operation.method,
          ...(json && {
            json: operation.path.endsWith('/approve') ? { ids: [admin === one.admin ? mine : theirs] } : json,
          }),
          headers: isKept ? headers : {},
        }),
      )
    }
    const [there, here] = answers
    expect([there?.status, here?.status]).toEqual([operation.success, operation.success])
    expect(here?.headers.get('Idempotency-Replayed')).toBeNull()
    const text = [JSON.stringify([...(here?.headers ?? [])]), await here?.text()].join('\n')
    const foreign = await idsOf(other)
    expect(foreign.length).toBeGreaterThanOrEqual(before.length)
    for (const id of foreign) expect(text, id).not.toContain(id)
    tally.lists += 1
  })
})

test('Totals, pages, cursors, ranks and entity tags are those of the tenant alone', async () => {
  const [one, other] = await makeTwins()
  const listing = operations.find(({ id }) => id === 'getCase')
  if (!listing) throw new Error('There is no such operation')
  await makeRows(listing, [one, other])
  const paths = [
    '/api/cases',
    '/api/cases?search=pothole',
    '/api/cases?externalId=crm-1',
    '/api/cases?reference=CW-1999-0042',
    '/api/reports/public',
    '/api/cases/export',
    '/api/changes',
    '/api/audit',
  ]
  const answersOf = async () => {
    const answers = await Promise.all(paths.map((path) => call(path, { key: one.admin.key })))
    return Promise.all(
      answers.map(async (response) => ({
        status: response.status,
        text: (await response.text()).replace(/"(generatedAt|at)":"[^"]*"/g, ''),
        rowsWritten: costOf(response).rowsWritten,
      })),
    )
  }
  const before = await answersOf()
  for (let n = 0; n < 30; n++) {
    const json = { residentName: 'Alex Resident', summary: 'pothole pothole pothole', externalId: `crm-${n + 100}` }
    expect((await call('/api/cases', { key: other.admin.key, json })).status).toBe(201)
  }
  expect(await answersOf()).toEqual(before)
  expect(before.map(({ status }) => status)).toEqual(paths.map(() => 200))
  const page = await call('/api/cases?pageSize=1', { key: other.admin.key })
  const { pagination } = await page.json<{ pagination: { nextCursor: string } }>()
  const walked = await call(`/api/cases?pageSize=1&cursor=${pagination.nextCursor}`, { key: one.admin.key })
  const foreign = await idsOf(other)
  const text = await walked.text()
  for (const id of foreign) expect(text).not.toContain(id)
  tally.lists += paths.length + 1
})

describe('A reference from a body or a filter', () => {
  const references: [name: string, operation: string][] = [
    ['wardId', 'getWard'],
    ['categoryId', 'getCategory'],
    ['assigneeId', 'getUser'],
  ]
  test.each(references)('%s next door is one that nobody has', async (name, operationId) => {
    const operation = operations.find(({ id }) => id === operationId)
    if (!operation) throw new Error('There is no such operation')
    const twins = await makeTwins()
    const [, theirs] = await makeRows(operation, twins)
    const { key } = twins[0].admin
    const least = { residentName: 'Alex Resident', summary: 'Pothole' }
    for (const send of [
      (id: string) => call('/api/cases', { key, json: { ...least, [name]: id } }),
      (id: string) => call(`/api/cases?${name}=${id}`, { key }),
    ]) {
      const [next, nobody] = [await told(await send(theirs)), await told(await send(ulid()))]
      expectAlike(next, nobody)
      tally.references += 1
    }
  })

  test('a key, a user and a case next door cannot be named by whoever makes keys, wards and disclosures', async () => {
    const [one, other] = await makeTwins()
    const { key } = one.admin
    const makeKeyFor = (userId: string) =>
      call('/api/keys', { key, json: { name: 'x', scopes: ['cases:read'], userId } })
    expectAlike(await told(await makeKeyFor(other.admin.user.id)), await told(await makeKeyFor(ulid())))
    const makeWard = (id: string) => call('/api/wards', { key, json: { name: 'Arwenack', councillorIds: [id] } })
    expectAlike(await told(await makeWard(other.admin.user.id)), await told(await makeWard(ulid())))
    tally.references += 2
  })
})
