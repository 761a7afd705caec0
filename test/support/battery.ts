import { expect } from 'vitest'
import { call } from './call'
import type { Arranged, Operation } from './routes'
import { makeKey } from './tenants'

/** What every answer to an authenticated key has. */
export function expectKeyedHeaders({ headers }: Response, limit = 1000): void {
  expect(headers.get('X-RateLimit-Limit')).toBe(String(limit))
  expect(headers.get('X-RateLimit-Remaining')).toMatch(/^\d+$/)
  expect(headers.get('RateLimit-Policy')).toBe(`"key";q=${limit};w=60`)
  expect(headers.get('RateLimit')).toMatch(/^"key";r=\d+;t=\d+$/)
  expect(headers.get('Cache-Control')).toBe('private, no-store')
  expect(headers.get('X-Request-Id')).toMatch(/^[\w-]+$/)
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
  expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
}

/** Asserts an error's whole body, its headers, and that the document lists its status. */
export async function expectRefusal(
  response: Response,
  operation: Operation,
  status: number,
  body: unknown,
): Promise<void> {
  expect(await response.json()).toEqual(body)
  expect(response.status).toBe(status)
  expect(operation.statuses).toContain(status)
  expect(response.headers.get('Content-Type')).toBe('application/json')
  if (status !== 401) expectKeyedHeaders(response)
}

/** A key whose one-request window has been used up. */
export async function makeExhaustedKey({ tenant }: Arranged, options = {}) {
  const spent = await makeKey(tenant, { limit: 1, ...options })
  await call('/api/nothing-here', { key: spent.key })
  return spent
}
