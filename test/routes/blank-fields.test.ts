import { expect, test } from 'vitest'
import { call } from '../support/call'
import { kept } from '../support/kept'
import { makeAdmin } from '../support/publications'

const least = { residentName: 'Alex Resident', summary: 'Pothole' }

test.each([null, '', ' ', '\u200b'])('Blank clears what is optional, whatever its type: %j', async (blank) => {
  const { key } = await makeAdmin()
  const patch = async (path: string, json: unknown) => {
    const response = await call(path, { key, method: 'PATCH', json })
    expect(response.status).toBe(200)
    return response.json<Record<string, unknown>>()
  }
  const one = { ...least, status: blank, sourceChannel: blank, highlightedForPublic: blank, residentEmail: blank }
  const made = await kept(key, '/api/cases', { ...one, internalRef: 'H-7' })
  expect(made).toMatchObject({ status: 'open', sourceChannel: 'api', highlightedForPublic: false, residentEmail: null })
  const changed = await patch(`/api/cases/${made.id}`, { status: 'closed' })
  expect(
    await patch(`/api/cases/${made.id}`, { ...one, archived: blank, version: blank, internalRef: blank }),
  ).toMatchObject({
    version: Number(changed.version) + 1,
    status: 'closed',
    internalRef: null,
    archived: false,
  })

  const event = await kept(key, '/api/events', { title: 'A', startsAt: '2999-01-01T10:00Z', type: blank, url: blank })
  expect(event).toMatchObject({ type: 'other', url: null })

  const place = {
    councilTier: blank,
    latitude: blank,
    longitude: blank,
    code: blank,
    councillorIds: blank,
    enabled: blank,
  }
  const ward = await kept(key, '/api/wards', { name: 'Arwenack', ...place })
  expect(ward).toMatchObject({ councilTier: null, latitude: null, code: null, councillorIds: [], enabled: true })
  const filled = { councilTier: 'unitary', latitude: 50, longitude: -5, code: 'e05009270', enabled: false }
  expect(await patch(`/api/wards/${ward.id}`, filled)).toMatchObject({ code: 'E05009270', enabled: false })
  expect(await patch(`/api/wards/${ward.id}`, place)).toMatchObject({
    councilTier: null,
    latitude: null,
    longitude: null,
    code: null,
    enabled: false,
  })
})
