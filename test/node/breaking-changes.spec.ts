import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { breakingChanges } from '../../scripts/check/breaking'
import { root } from '../../scripts/root'

const published = readFileSync(join(root, 'assets/openapi.json'), 'utf8')

/** The breaking changes after one edit: `at` is a path of names, `value` what stands there then, undefined for nothing. */
function afterEdit(at: (string | number)[], value?: unknown): string[] {
  const edited = JSON.parse(published)
  const last = at.at(-1) ?? ''
  const parent = at.slice(0, -1).reduce((node, name) => node[name], edited)
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return breakingChanges(JSON.parse(published), edited)
}

const cases = ['paths', '/api/cases']
const schemas = ['components', 'schemas']

describe('a change that breaks callers is found:', () => {
  test.each<[string, (string | number)[], unknown, string]>([
    ['an operation is gone', [...cases, 'post'], undefined, 'remove POST /api/cases'],
    ['a property of an answer is gone', [...schemas, 'Ward', 'properties', 'name'], undefined, '› properties › name'],
    ['a field of a body is gone', [...schemas, 'NewCase', 'properties', 'internalRef'], undefined, '› internalRef'],
    ['a field is required', [...schemas, 'NewCase', 'required'], ['residentName', 'summary', 'status'], '› required ›'],
    ['a value is no longer accepted', [...schemas, 'NewCase', 'properties', 'status', 'enum'], ['open'], '› enum ›'],
    ['a text must be shorter', [...schemas, 'NewCase', 'properties', 'summary', 'maxLength'], 10, '› maxLength'],
    ['null is no longer accepted', [...schemas, 'NewCase', 'properties', 'internalRef', 'type'], 'string', '› type'],
    [
      'an answer’s type is another',
      [...schemas, 'Case', 'properties', 'version', 'type'],
      'string',
      '› version › type',
    ],
    ['an answer may be null', [...schemas, 'Case', 'properties', 'reference', 'type'], ['string', 'null'], '› type'],
    ['a time is only a date', [...schemas, 'Case', 'properties', 'createdAt', 'format'], 'date', '› format'],
    ['a higher plan is asked for', [...cases, 'get', 'x-required-plan'], 'council', 'x-required-plan'],
    ['a higher role is asked for', [...cases, 'get', 'x-required-role'], 'admin', 'x-required-role'],
  ])('%s', (_, at, value, line) => {
    expect(afterEdit(at, value)).toContainEqual(expect.stringContaining(line))
  })
})

describe('a change that breaks nobody passes:', () => {
  test.each<[string, (string | number)[], unknown]>([
    ['nothing', ['info', 'title'], 'Casework API'],
    ['an operation is new', ['paths', '/api/things'], { get: { responses: { 200: { description: 'Things.' } } } }],
    ['a property of an answer is new', [...schemas, 'Case', 'properties', 'colour'], { type: 'string' }],
    ['a field of a body is new', [...schemas, 'NewCase', 'properties', 'colour'], { type: 'string' }],
    ['a field is no longer required', [...schemas, 'NewCase', 'required'], ['summary']],
    ['null is accepted', [...schemas, 'NewCase', 'properties', 'summary', 'type'], ['string', 'null']],
    ['an answer is never null', [...schemas, 'Case', 'properties', 'internalRef', 'type'], 'string'],
    ['a lower role is enough', ['paths', '/api/users', 'post', 'x-required-role'], 'caseworker'],
    ['a description is another', [...cases, 'get', 'description'], 'Cases.'],
  ])('%s', (_, at, value) => {
    expect(afterEdit(at, value)).toEqual([])
  })
})
