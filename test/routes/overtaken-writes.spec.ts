import { describe, expect, it } from 'vitest'
import { type Call, call } from '../support/call'
import { deleted, disabled, post } from '../support/overtaken'
import { aCase, ofCases, ofSubmissions } from '../support/overtaken-cases'
import { ofDirectories, ofPeople } from '../support/overtaken-directories'
import { author, ofPublications } from '../support/overtaken-publications'
import { ofWebhooks } from '../support/overtaken-webhooks'
import { kinds, makeItem } from '../support/publications'
import { keyedOperations } from '../support/routes'
import { makePlace } from '../support/rows'
import { d1Overtaken, everything } from '../support/second-trip'
import { d1Of, makeKey, makeTenant } from '../support/tenants'

const scenes = [...ofCases, ...ofSubmissions, ...ofPublications, ...ofDirectories, ...ofPeople, ...ofWebhooks]

describe('A write is acknowledged only if it was written', () => {
  it.each(scenes)('$operation when $when, between its two trips', async ({ arrange, answer }) => {
    const tenant = await makeTenant()
    const { path, key = await makeKey(tenant), request, by } = await arrange(tenant)
    let before = {}
    const DB = d1Overtaken(async () => {
      for (const [sql, id] of by) await d1Of().prepare(sql).bind(id).run()
      before = await everything()
    })

    const response = await call(path, { key: key.key, ...request, bindings: { DB } })

    await expect(response).toAnswer(answer)
    expect(await everything()).toEqual(before)
  })

  it('is tried for every operation that writes', () => {
    const writing = keyedOperations().filter(({ method }) => method !== 'GET')
    const counting = ['approveEvents', 'approveNews']
    expect(new Set([...scenes.map(({ operation }) => operation), ...counting])).toEqual(
      new Set([...writing.map(({ id }) => id), 'the contact form’s JSON']),
    )
  })
})

describe.each(kinds)('Approving where an item is deleted meanwhile: $path', (kind) => {
  it('counts and files what is there', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const by = await author(tenant)
    const ids = [await makeItem(tenant, kind, by), await makeItem(tenant, kind, { ...by, publishedAt: 1000 })]
    const lost = await makeItem(tenant, kind, by)
    const DB = d1Overtaken(() => d1Of().prepare(deleted('publications')).bind(lost).run())
    const approve = (bindings?: Call['bindings']) =>
      call(`${kind.path}/approve`, { key, ...post({ ids: [...ids, lost] }), ...(bindings && { bindings }) })

    const first = await approve({ DB })
    await expect(first).toAnswer(200, { approved: 2 })
    const again = await approve()
    await expect(again).toAnswer(200, { approved: 2 })
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    const { audit } = await everything()
    expect(audit).toMatchObject(expect.arrayContaining([expect.objectContaining({ target_id: ids[0] })]))
    expect(audit?.filter((entry) => JSON.stringify(entry).includes(lost))).toEqual([])
  })
})

it('The loser of a race on one Idempotency-Key gets the winner’s result, even where its ward is disabled by then', async () => {
  const tenant = await makeTenant()
  const { key } = await makeKey(tenant)
  const wardId = await makePlace('wards', tenant)
  const create = (bindings?: Call['bindings']) =>
    call('/api/cases', { key, ...post({ ...aCase, wardId }), ...(bindings && { bindings }) })
  let winner = {}
  const DB = d1Overtaken(async () => {
    winner = await (await create()).json()
    await d1Of().prepare(disabled('wards')).bind(wardId).run()
  })

  const loser = await create({ DB })

  await expect(loser).toAnswer(201, winner)
  expect(loser.headers.get('Idempotency-Replayed')).toBe('true')
})
