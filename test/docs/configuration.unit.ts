import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { Settings, settingsOf } from '../../src/settings'
import { quotedIn, readPage, rowsOf, sectionOf } from './pages'

const page = readPage('docs/configuration.md')
const rowsUnder = (heading: string) => rowsOf(sectionOf(page, heading))
const nameOf = ([name = '']: string[]) => quotedIn(name)[0] ?? ''

const variables = rowsUnder('Variables')
const secrets = rowsUnder('Secrets')
const bindings = rowsUnder('Bindings')

/** The properties of `Env`: texts are variables and secrets, anything else is a binding. */
const [, ofEnv = ''] = /^export interface Env \{\n(.*?)^\}/ms.exec(readPage('src/settings.ts')) ?? []
const properties = [...ofEnv.matchAll(/^ {2}([A-Z][A-Z0-9_]*)\??: (.+)$/gm)].map(([, name = '', type]) => ({
  name,
  isText: type === 'string',
}))
const namesIn = (isText: boolean) => properties.flatMap((one) => (one.isText === isText ? [one.name] : [])).sort()

const { shape } = Settings
const isSetting = (name: string): name is keyof typeof shape => name in shape

/** What the code makes of a setting's value, or of its absence. */
const read = (name: string, value?: string) => {
  if (!isSetting(name)) throw new Error(`${name} is no setting`)
  return shape[name].safeParse(value)
}

test('Every variable, secret and binding of the Worker is documented, and no other', () => {
  expect([...variables, ...secrets].map(nameOf).sort()).toEqual(namesIn(true))
  expect(Object.keys(shape).sort()).toEqual(namesIn(true))
  expect(bindings.map(nameOf).sort()).toEqual(namesIn(false))
})

test.each(variables.map((row) => [nameOf(row), row] as const))(
  'The default of %s is the documented one',
  (name, row) => {
    const [documented = ''] = row.slice(1)
    const absent = read(name).data
    if (documented === 'none') expect(absent).toBeUndefined()
    else expect(absent).toEqual(read(name, documented === 'empty' ? '' : quotedIn(documented)[0]).data)
  },
)

/** The least and the most that the code allows, by trying: a documented bound must hold, and the next number must not. */
test.each(variables.map((row) => [nameOf(row), row[2] ?? ''] as const))(
  'The bounds of %s are the documented ones',
  (name, bounds) => {
    const [least, most] = bounds.split('–').map(Number)
    const takesNumbers = typeof read(name).data === 'number'
    expect(bounds !== '').toBe(takesNumbers)
    if (!takesNumbers || least === undefined || most === undefined) return
    const allowed = [least - 1, least, most, most + 1].map((value) => read(name, String(value)).success)
    expect(allowed).toEqual([false, true, true, false])
  },
)

test.each(secrets.map((row) => [nameOf(row), row[1] ?? ''] as const))(
  'The length of %s is the documented one',
  (name, least) => {
    const length = Number.parseInt(least, 10)
    expect(read(name, 'x'.repeat(length)).success).toBe(true)
    expect(length === 1 || !read(name, 'x'.repeat(length - 1)).success).toBe(true)
    const [, said] = /at least (\d+) characters/.exec(read(name, 'x').error?.message ?? '') ?? [undefined, '1']
    expect(Number(said)).toBe(length)
  },
)

test('.dev.vars.example holds every setting, each with a value that can be used', () => {
  const example = readPage('.dev.vars.example')
  const all = parseEnv(example.replaceAll(/^# ([A-Z0-9_]+=)/gm, '$1'))
  expect(Object.keys(all).sort()).toEqual(namesIn(true))
  expect(settingsOf(all).upstream?.resources).toEqual(new Set(['cases']))
  expect(settingsOf(parseEnv(example)).ipHashSecret).toBe('for development only')
  // What is commented out in it says what holds without it.
  for (const [name = '', documented = ''] of variables.map((row) => [nameOf(row), row[1]]))
    if (/^`\d+`$/.test(documented)) expect([name, all[name]]).toEqual([name, quotedIn(documented)[0]])
})

/** Where the commands' own variables are read. */
const readers = ['scripts', 'bench', 'client/src', 'examples', 'test/browser', 'test/node', 'vitest.config.ts']
/** Of the system, of npm, or of one test for itself. */
const notOurs = /^(PATH|HOME|NODE_ENV|INIT_CWD|CI|npm_.*|CASEWORK_WEBHOOK_SECRET_OF_THE_LISTENER|STAND_IN_.*)$/
/** Read by wrangler, in our processes. */
const ofWrangler = ['CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_ACCOUNT_ID']

const sourcesOf = (path: string): string[] =>
  /\.\w+$/.test(path)
    ? [readPage(path)]
    : readdirSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.m?ts$|\.mjs$/.test(file) && !file.includes('node_modules'))
        .map((file) => readPage(`${path}/${file}`))

test('Every variable that a command reads is documented, and no other', () => {
  const documented = rowsUnder('Variables of the commands').flatMap(([names = '']) => quotedIn(names))
  const used = readers
    .flatMap(sourcesOf)
    .flatMap((source) => [...source.matchAll(/\bprocess\??\.env\??\.([A-Z][A-Z0-9_]+)\b/g)])
    .flatMap(([, name = '']) => (notOurs.test(name) || isSetting(name) ? [] : [name]))
  expect(documented.sort()).toEqual([...new Set([...used, ...ofWrangler])].sort())
})
