import { describe, expect, it } from 'vitest'
import { app } from '../../src/app'
import { isCanonical } from '../../src/upstream/path'

describe('a path in its one spelling', () => {
  it.each([
    ['/api/cases', '/api/cases'],
    ['/api/cases/export', '/api/cases/export'],
    ['/api/cases/01JZ8E2Q4N6T1V3X5Z7B9D0F2H', '/api/cases/:id'],
    ['/api/cases/a_b-C9', '/api/cases/:id'],
    ['/api/cases/42/notes', '/api/cases/:id/notes'],
    ['/api/cases/exports', '/api/cases/:id'],
  ])('%s is one of %s', (path, route) => {
    expect(isCanonical(path, route)).toBe(true)
  })

  it.each([
    ...['export', 'EXPORT', 'Export', 'approve', 'APPROVE', 'notes', 'Convert', 'PUBLIC'],
    ...['export;x=1', 'export;', 'export%3b', 'export%20', '%20export', 'export.', 'export.csv', 'export%00'],
    ...['export%09', 'export%0a', 'export%3fformat=csv', 'export%23', '%65xport', '%2565xport', 'export%2520'],
    ...['exp%C2%ADort', '%EF%BD%85xport', 'é', '42%2F', '4 2', '42,43', '42~', '4:2', '(42)', "'42'", '*', ''],
  ])('%j is no id', (segment) => {
    expect(isCanonical(`/api/cases/${segment}`, '/api/cases/:id')).toBe(false)
  })

  it.each([
    ['/api/cases/', '/api/cases'],
    ['/%61pi/cases', '/api/cases'],
    ['/api/c%61ses', '/api/cases'],
    ['/api/CASES', '/api/cases'],
    ['/api/cases/%65xport', '/api/cases/export'],
    ['/api/cases/42/%6eotes', '/api/cases/:id/notes'],
    ['/api/cases/42/Notes', '/api/cases/:id/notes'],
    ['/api/cases/export/notes', '/api/cases/:id/notes'],
    ['/api/cases/42/notes/', '/api/cases/:id/notes'],
    ['/api/cases/4/2', '/api/cases/:id'],
  ])('%s is none of %s', (path, route) => {
    expect(isCanonical(path, route)).toBe(false)
  })

  it('has none of the words of the gateway’s own paths for an id', () => {
    const resources = ['cases', 'events', 'news', 'wards', 'categories', 'users', 'submissions', 'reports']
    const words = app.openAPIRegistry.definitions.flatMap((definition) => {
      if (definition.type !== 'route') return []
      const [, , resource = '', ...below] = definition.route.path.split('/')
      return resources.includes(resource) ? below.filter((segment) => !segment.startsWith('{')) : []
    })
    expect(new Set(words)).toEqual(new Set(['approve', 'convert', 'export', 'notes', 'public']))
    for (const word of words) expect(isCanonical(`/api/cases/${word}`, '/api/cases/:id'), word).toBe(false)
  })
})
