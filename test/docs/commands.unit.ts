import { expect, test } from 'vitest'
import { commandsIn, documented, scriptOf, scripts, wordsOf } from './commands'
import { readPage } from './pages'
import { wayOf } from './ways'

test('Something tries every command that a page gives', () => {
  expect(documented.length).toBeGreaterThan(100)
  const faults = documented.flatMap((command) => {
    try {
      wayOf(command)
      return []
    } catch (error) {
      return [String(error)]
    }
  })
  expect(faults).toEqual([])
})

test('A command that nothing is known of is refused, with where to say how', () => {
  const unknown = { page: 'docs/new.md', line: 7, text: 'npx unheard-of --at all' }
  expect(() => wayOf(unknown)).toThrow(
    'docs/new.md:7: nothing tries "npx unheard-of --at all". Say how in test/docs/ways.ts, or correct the page',
  )
  expect(() => wayOf({ ...unknown, text: 'npm run unheard-of' })).toThrow('nothing tries "npm run unheard-of"')
})

test('What is said to run elsewhere does', () => {
  const said = documented.map(wayOf).filter((way) => typeof way !== 'string')
  expect(said.filter((way) => !readPage(way.in).includes(way.as))).toEqual([])
})

test('Every script that a page names is one of npm’s', () => {
  const named = documented.flatMap(({ text }) => scriptOf(text)?.script ?? [])
  expect(named.filter((script) => !(script in scripts))).toEqual([])
})

test('Every file that a command of a page names is there', () => {
  const files = documented.flatMap(({ text }) =>
    wordsOf(text).filter((word) => /^(test|examples|scripts)\//.test(word)),
  )
  for (const file of files) expect(readPage(file)).not.toBe('')
})

test('The client is installed from the package that is made of it', () => {
  const { version } = JSON.parse(readPage('client/package.json'))
  const installed = documented.filter(({ text }) => text.startsWith('npm install '))
  expect(installed.map(({ text }) => text)).toEqual([`npm install ./casework-client-${version}.tgz`])
})

test('A script is read as a shell reads it', () => {
  const script =
    'npm ci   # first\n# nothing\ncurl -s \'http://localhost/#[1-5]\' \\\n  -H "A: $KEY"\nnpx x "select 1\n  from a"\n'
  expect(commandsIn(script)).toEqual([
    'npm ci',
    'curl -s \'http://localhost/#[1-5]\'  -H "A: $KEY"',
    'npx x "select 1\n  from a"',
  ])
})
