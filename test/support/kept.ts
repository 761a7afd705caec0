import { expect } from 'vitest'
import { call } from './call'

/** Creates something and yields what a GET says of it. */
export async function kept(key: string, path: string, json: unknown) {
  const made = await call(path, { key, json })
  expect(made.status).toBe(201)
  const body = await made.json<Record<string, unknown>>()
  const got = await (await call(`${path}/${body.id}`, { key })).json<Record<string, unknown>>()
  expect(got).toEqual(body)
  return got
}
