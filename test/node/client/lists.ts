import { afterEach, expect, it } from 'vitest'
import type { Installed } from './installed'
import { type Step, scriptedServer } from './scripted-server'

/** How lists are walked. */
export function describeLists(installed: () => Installed): void {
  let server: Awaited<ReturnType<typeof scriptedServer>>

  afterEach(() => server.stop())

  async function clientOf(steps: Step[]) {
    server = await scriptedServer(steps)
    return new (installed().client.Casework)({ baseUrl: `${server.baseUrl}/`, apiKey: 'sk_secret' })
  }

  const page = (ids: string[], pagination: object): Step => ({
    status: 200,
    body: { cases: ids.map((id) => ({ id })), pagination },
  })

  async function idsOf(items: AsyncIterable<{ id: string }>): Promise<string[]> {
    const ids: string[] = []
    for await (const { id } of items) ids.push(id)
    return ids
  }

  const urls = () => server.arrivals.map(({ url }) => url)

  it('for await goes through all cases, by cursor and with the filters kept', async () => {
    const client = await clientOf([
      page(['1', '2'], { page: 1, totalPages: 3, nextCursor: 'a+b' }),
      page([], { page: 2, totalPages: 3, nextCursor: 'c' }),
      page(['3'], { page: 3, totalPages: 3, nextCursor: null }),
    ])
    expect(await idsOf(client.cases.list({ page: 1, pageSize: 2, search: 'a&b é', archived: false }))).toEqual([
      '1',
      '2',
      '3',
    ])
    expect(urls()).toEqual([
      '/api/cases?page=1&pageSize=2&search=a%26b+%C3%A9&archived=false',
      '/api/cases?pageSize=2&search=a%26b+%C3%A9&archived=false&cursor=a%2Bb',
      '/api/cases?pageSize=2&search=a%26b+%C3%A9&archived=false&cursor=c',
    ])
  })

  it('for await goes by number through the pages of a server without cursors', async () => {
    const client = await clientOf([
      page(['1'], { page: 1, pageSize: 1, total: 2, totalPages: 2 }),
      page(['2'], { page: 2, pageSize: 1, total: 2, totalPages: 2 }),
    ])
    expect(await idsOf(client.cases.list({ pageSize: 1 }))).toEqual(['1', '2'])
    expect(urls()).toEqual(['/api/cases?pageSize=1', '/api/cases?pageSize=1&page=2'])
  })

  it('for await follows the Link of a bare array', async () => {
    const link = { Link: '</api/wards?cursor=x%2By&enabled=true>; rel="next"' }
    const client = await clientOf([
      { status: 200, headers: link, body: [{ id: 'north' }, { id: 'south' }] },
      { status: 200, body: [{ id: 'west' }] },
    ])
    expect(await idsOf(client.wards.list({ enabled: true }))).toEqual(['north', 'south', 'west'])
    expect(urls()).toEqual(['/api/wards?enabled=true', '/api/wards?enabled=true&cursor=x%2By'])
  })

  it('follows the log of changes to its end, also over stretches without any', async () => {
    const stretch = (ids: string[], next: number): Step => ({
      status: 200,
      body: { changes: ids.map((id) => ({ id })), next, oldest: 3 },
    })
    const client = await clientOf([
      stretch(['chg_3', 'chg_5'], 5),
      stretch([], 1005),
      stretch(['chg_1009'], 1009),
      stretch([], 1009),
    ])
    const read: [string[], number][] = []
    for await (const { changes, next } of client.changes.follow({ types: ['case_created', 'case_closed'], limit: 2 })) {
      read.push([changes.map(({ id }) => id), next])
    }
    expect(read).toEqual([
      [['chg_3', 'chg_5'], 5],
      [[], 1005],
      [['chg_1009'], 1009],
    ])
    const asked = '/api/changes?types=case_created%2Ccase_closed&limit=2'
    expect(urls()).toEqual([asked, `${asked}&after=5`, `${asked}&after=1005`, `${asked}&after=1009`])
  })

  it('follows the log from a number, and asks once where nothing is new', async () => {
    const client = await clientOf([{ status: 200, body: { changes: [], next: 7, oldest: 3 } }])
    for await (const stretch of client.changes.follow({ after: 7 })) throw new Error(`Unexpected: ${stretch.next}`)
    expect(urls()).toEqual(['/api/changes?after=7'])
  })

  it('for await goes through the audit list', async () => {
    const client = await clientOf([
      { status: 200, body: { entries: [{ id: '1' }], nextCursor: 'c' } },
      { status: 200, body: { entries: [{ id: '2' }], nextCursor: null } },
    ])
    expect(await idsOf(client.audit.list())).toEqual(['1', '2'])
    expect(urls()).toEqual(['/api/audit', '/api/audit?cursor=c'])
  })

  it('for await goes through the disclosure log', async () => {
    const given = (id: string) => ({ day: '2026-03-01', keyId: 'k', userId: 'u', target: { type: 'case', id } })
    const client = await clientOf([
      { status: 200, body: { disclosures: [given('1')], nextCursor: 'c' } },
      { status: 200, body: { disclosures: [given('2')], nextCursor: null } },
    ])
    const targets: string[] = []
    for await (const { target } of client.disclosures.list({ keyId: 'k' })) targets.push(target.id)
    expect(targets).toEqual(['1', '2'])
    expect(urls()).toEqual(['/api/disclosures?keyId=k', '/api/disclosures?keyId=k&cursor=c'])
  })

  it('await takes one page', async () => {
    const client = await clientOf([page(['1'], { page: 1, totalPages: 2, nextCursor: 'c' })])
    expect(await client.cases.list()).toEqual({
      cases: [{ id: '1' }],
      pagination: { page: 1, totalPages: 2, nextCursor: 'c' },
    })
    expect(urls()).toEqual(['/api/cases'])
  })

  it('leaving the loop asks for nothing more', async () => {
    const client = await clientOf([page(['1', '2'], { nextCursor: 'c' })])
    for await (const one of client.cases.list()) {
      expect(one.id).toBe('1')
      break
    }
    expect(urls()).toEqual(['/api/cases'])
  })

  it('an error on a later page reaches the loop', async () => {
    const client = await clientOf([page(['1'], { nextCursor: 'c' }), { status: 400, body: { error: 'Bad cursor' } }])
    await expect(idsOf(client.cases.list())).rejects.toMatchObject({ name: 'ValidationError', message: 'Bad cursor' })
  })

  it('several statuses are asked for as the API wants them', async () => {
    const client = await clientOf([page([], { nextCursor: null })])
    await client.cases.list({ status: ['open', 'closed'], wardId: undefined })
    expect(urls()).toEqual(['/api/cases?status=open%2Cclosed'])
  })

  it('toArray takes as many as it should and asks for no page more', async () => {
    const pages = [page(['1', '2'], { nextCursor: 'b' }), page(['3', '4'], { nextCursor: 'c' }), page(['5'], {})]
    const client = await clientOf(pages)
    const ids = async (limit?: number) => (await client.cases.list().toArray({ limit })).map(({ id }) => id)
    expect(await ids(0)).toEqual([])
    expect(urls()).toEqual([])
    expect(await ids(4)).toEqual(['1', '2', '3', '4'])
    expect(urls()).toEqual(['/api/cases', '/api/cases?cursor=b'])
  })

  it('toArray takes everything without a limit', async () => {
    const client = await clientOf([page(['1', '2'], { nextCursor: 'b' }), page(['3'], { nextCursor: null })])
    expect((await client.cases.list().toArray()).map(({ id }) => id)).toEqual(['1', '2', '3'])
  })

  it('a list that is awaited has catch and finally, and is asked for once', async () => {
    const client = await clientOf([{ status: 404, body: { error: 'Not found' } }])
    const list = client.cases.list()
    let isOver = false
    expect(await list.catch((error: Error) => error.name)).toBe('NotFoundError')
    await expect(
      list.finally(() => {
        isOver = true
      }),
    ).rejects.toThrow('Not found')
    expect(isOver).toBe(true)
    expect(urls()).toEqual(['/api/cases'])
  })

  it('withResponse has the first page of a list and its headers', async () => {
    const client = await clientOf([{ status: 200, headers: { Link: '</x>; rel="prev"' }, body: [{ id: 'north' }] }])
    const { data, status, headers, requestId } = await client.wards.list().withResponse()
    expect({ data, status, link: headers.get('Link'), requestId }).toEqual({
      data: [{ id: 'north' }],
      status: 200,
      link: '</x>; rel="prev"',
      requestId: 'request-1',
    })
  })
}
