import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const here = (path: string) => new URL(path, import.meta.url)
const files = readdirSync(here('.'), { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'))
const specs = files.filter((file) => file.endsWith('.spec.ts') && !/^(node|browser)\//.test(file))
const entries = files.filter((file) => /^suites\/[^/]+\.test\.ts$/.test(file)).map(readEntry)

interface Entry {
  name: string
  wanted: RegExp[]
  unwanted: RegExp[]
}

/** The patterns of an entry, as its source writes them. */
function readEntry(name: string): Entry {
  const globs = [...readFileSync(here(name), 'utf8').matchAll(/'(!?)\.\.\/(\w+\/[^']+\.spec\.ts)'/g)]
  const patterns = (sign: string) => globs.flatMap(([, own, glob = '']) => (own === sign ? [patternOf(glob)] : []))
  return { name, wanted: patterns(''), unwanted: patterns('!') }
}

/** A glob of `*` and `{one,other}`. */
function patternOf(glob: string): RegExp {
  const source = glob
    .replaceAll('.', '\\.')
    .replaceAll('*', '[^/]*')
    .replaceAll(/\{([^}]*)\}/g, (_, choices: string) => `(${choices.replaceAll(',', '|')})`)
  return new RegExp(`^${source}$`)
}

const isIn = (spec: string) => (entry: Entry) =>
  entry.wanted.some((one) => one.test(spec)) && !entry.unwanted.some((one) => one.test(spec))

test('Every spec is run by one entry', () => {
  expect(specs.length).toBeGreaterThan(60)
  const owners = specs.map((spec) => [spec, entries.filter(isIn(spec)).map(({ name }) => name)] as const)
  expect(owners.filter(([, names]) => names.length !== 1)).toEqual([])
})

test('Nothing but an entry is called a test', () => {
  const named = files.filter((file) => /\.test\.tsx?$/.test(file) && !file.startsWith('suites/'))
  expect(named).toEqual([])
})
