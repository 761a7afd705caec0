import { describe, expect, test } from 'vitest'
import { call } from '../support/call'

describe('The pages', () => {
  test('the landing page says where everything is, and runs no script', async () => {
    const response = await call('/')
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=UTF-8')
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    for (const [, path] of text.matchAll(/href="(\/[^"]*)"/g)) expect((await call(path ?? '')).status, path).toBe(200)
    expect(text).not.toContain('<script')
  })

  test('the reference loads its script and its document from here alone', async () => {
    const response = await call('/docs')
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Security-Policy')).toContain("connect-src 'self'")
    expect([...text.matchAll(/(?:src|data-url)="([^"]+)"/g)].map(([, path]) => path)).toEqual([
      '/openapi.json',
      '/docs/reference.js',
    ])
    const script = await call('/docs/reference.js')
    expect(script.headers.get('Content-Type')).toBe('text/javascript')
    expect((await script.text()).length).toBeGreaterThan(1_000_000)
  })

  test('the document names the address that it was asked at, and each operation the plan, scope and role it needs', async () => {
    const { servers, paths } = await (await call('/openapi.json')).json<{
      servers: unknown
      paths: Record<string, Record<string, { description: string }>>
    }>()
    expect(servers).toEqual([{ url: 'https://gateway.example' }])
    const { description } = paths['/api/cases/export']?.get ?? { description: '' }
    expect(description).toMatch(
      /\*\*Plan\*\* council or higher · \*\*scope\*\* `reports:read` · \*\*role\*\* caseworker or higher$/,
    )
  })
})
