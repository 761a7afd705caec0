import { expect, test } from 'vitest'
import document from '../../assets/openapi.json'
import { readPage, sectionOf } from './pages'

/** The sections of statuses, by status. */
const sections = sectionOf(readPage('docs/errors.md'), 'Statuses')
  .split(/^### /m)
  .slice(1)
  .map((section) => [section.slice(0, 3), section] as const)

/** The examples of the document's refusals, by the name that operations refer to them by. */
const named = new Map(
  Object.entries(document.components.responses).map(([name, one]) => [name, one.content['application/json'].example]),
)

/** The same by status. */
const refusals = new Map<string, unknown>()
for (const [, status = '', name = ''] of JSON.stringify(document.paths).matchAll(
  /"(\d{3})":\{"\$ref":"#\/components\/responses\/(\w+)"/g,
))
  refusals.set(status, named.get(name))

test('Every status of a refusal has its section, in order', () => {
  expect(sections.map(([status]) => status)).toEqual([...refusals.keys()].sort())
})

test.each(sections)('The example of %s is the document’s, and what to do is said', (status, section) => {
  const [, example = ''] = /```json\n(.*?)\n```/s.exec(section) ?? []
  expect(JSON.parse(example)).toEqual(refusals.get(status))
  expect(section).toMatch(/^\*\*What to do\.\*\* \S/m)
})
