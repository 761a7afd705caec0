import { expect, test } from 'vitest'
import document from '../../assets/openapi.json'
import { readPage, sectionOf } from './pages'

/** The resource of a path: `/api/keys` of `/api/keys/{id}/rotate`. */
const resourceOf = (path: string) =>
  path
    .split('/')
    .slice(0, path.startsWith('/api/public/') ? 5 : 3)
    .join('/')

test('Every resource of the API is in the table of routes', () => {
  const table = sectionOf(readPage('docs/api.md'), 'Routes')
  const missing = Object.keys(document.paths)
    .map(resourceOf)
    .filter((resource) => !table.includes(resource))
  expect(missing).toEqual([])
})
