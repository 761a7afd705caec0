import { expect, it } from 'vitest'
import { isAccepted, shippedWith } from '../../scripts/check/licence-list'

it.each(['MIT', '(MIT OR CC0-1.0)', 'GPL-3.0-only OR ISC', '(AFL-2.1 OR BSD-3-Clause)', 'MIT AND ISC'])(
  'accepts %s',
  (expression) => {
    expect(isAccepted(expression)).toBe(true)
  },
)

it.each([
  '',
  'none stated',
  'UNLICENSED',
  'SEE LICENSE IN x',
  'GPL-3.0-only',
  'MPL-2.0',
  'MIT AND AGPL-3.0-only',
  'mit',
])('refuses "%s"', (expression) => {
  expect(isAccepted(expression)).toBe(false)
})

it('lists what is needed at run time: the nearest of each name, each once, and nothing else', () => {
  const lock = {
    '': { dependencies: { a: '1' } },
    'node_modules/a': { version: '1.0.0', license: 'MIT', dependencies: { b: '1', '@s/c': '1' } },
    'node_modules/a/node_modules/b': { version: '1.0.0', license: 'ISC', dependencies: { d: '1' } },
    'node_modules/b': { version: '2.0.0', license: 'GPL-3.0-only' },
    'node_modules/@s/c': { version: '3.0.0', license: 'MIT', dependencies: { a: '1' } },
    'node_modules/d': { version: '4.0.0' },
    'node_modules/unused': { version: '5.0.0', license: 'MIT' },
  }
  expect(shippedWith(lock, ['a'])).toEqual([
    { name: '@s/c', version: '3.0.0', licence: 'MIT' },
    { name: 'a', version: '1.0.0', licence: 'MIT' },
    { name: 'b', version: '1.0.0', licence: 'ISC' },
    { name: 'd', version: '4.0.0', licence: 'none stated' },
  ])
})

it('a package that the lock does not have is an error', () => {
  const lock = { 'node_modules/a': { version: '1.0.0', license: 'MIT', dependencies: { b: '1' } } }
  expect(() => shippedWith(lock, ['a'])).toThrow('b, which node_modules/a needs, is not in package-lock.json')
})
