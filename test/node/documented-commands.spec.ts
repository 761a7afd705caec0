import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileOf, scriptOf, scripts, wordsOf } from '../docs/commands'
import { optionsOf, triedBy } from '../docs/ways'
import { root, run } from './command'
import { databases, shell, shellIn } from './documented/databases'
import { isUp, startPlace } from './start-place'

/** What stands for something of the reader's own. */
const filledIn = (text: string, id: string) =>
  text
    .replace(/^… \| /, '')
    .replaceAll(/\bONSPD\w*\.csv/g, join(root, 'examples/onspd-sample.csv'))
    .replaceAll(/\b(ID|PREFIX)\b/g, id)
    .replaceAll('whsec_…', `whsec_${'A'.repeat(32)}`)

describe('on local databases', () => {
  let given: Awaited<ReturnType<typeof databases>>
  beforeAll(async () => {
    given = await databases()
  })
  afterAll(() => given?.remove())

  const stateFor = (text: string) => {
    if (/tenants -- create|run migrate|run seed/.test(text)) return given.copyOf('empty')
    if (text.includes('users -- create')) return given.copyOf('acme')
    return given.copyOf(text.includes('tenants -- open') ? 'closed' : 'full')
  }

  it.each(triedBy('run').map((one) => [one.text, one] as const))('%s', async (text, { printed }) => {
    // Without a terminal, nobody can be asked.
    const command = filledIn(text, given.key.id) + (text.includes('residents -- erase') ? ' --yes' : '')
    const input = text.includes('keys -- ') ? `printf %s '${given.key.text}' | ` : ''
    const state = stateFor(text)
    const { code, stdout, stderr } = await shellIn(state, input + command, { CASEWORK_STATE: state })
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    if (printed !== undefined) expect(stdout).toContain(printed.trim())
  })
})

describe('against npm start', async () => {
  const { folder, keyFile, address, npmStart } = await startPlace()
  const key = () => readFileSync(keyFile, 'utf8').trim()
  beforeAll(() => npmStart().says(isUp))

  /** A command with this gateway in place of the one that the page speaks of. */
  const here = (text: string) => {
    const auth = text.includes('Authorization') || text.includes('npm run') ? '' : ` -H "Authorization: Bearer $KEY"`
    return (
      text
        .replaceAll('http://localhost:8787', address)
        .replaceAll('…/', `${address}/`)
        .replaceAll('.wrangler/demo-key', '$KEY_FILE') + auth
    )
  }

  it.each(
    triedBy('serve')
      .filter(({ text }) => !endsKeys(text) && !fillsWindow(text))
      .map(({ text }) => text),
  )('%s', async (text) => {
    const failing = 'curl() { command curl --no-progress-meter --fail "$@"; }; '
    const { code, stderr } = await shell(failing + here(text), { KEY: key(), KEY_FILE: keyFile, HOME: folder })
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  })

  it.each(
    triedBy('serve')
      .filter(({ text }) => fillsWindow(text))
      .map(({ text }) => text),
  )('%s', async (text) => {
    const fresh = await newKey(address, key())
    const { stdout } = await shell(here(text), { KEY: fresh })
    expect(stdout.replaceAll(/^ +/gm, '')).toBe('100 200\n5 429\n')
  })

  it.each(
    triedBy('serve')
      .filter(({ text }) => endsKeys(text))
      .map(({ text }) => text),
  )('%s', async (text) => {
    const fresh = await newKey(address, key())
    expect((await shell(here(text), { KEY: fresh })).stdout).toBe('{"success":true}')
  })
})

const fillsWindow = (text: string) => text.includes('#[1-105]')
const endsKeys = (text: string) => text.includes('-X DELETE')

/** A key of the demo tenant, to be used up. */
async function newKey(address: string, key: string): Promise<string> {
  const response = await fetch(`${address}/api/keys`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'For a documented command', role: 'admin', scopes: ['cases:read'] }),
  })
  const made: unknown = await response.json()
  if (typeof made === 'object' && made && 'key' in made) return String(made.key)
  throw new Error(`No key was made: ${JSON.stringify(made)}`)
}

it.each(triedBy('parse').map(({ text }) => text))('Its program takes %s', async (text) => {
  const { script = '', args = [] } = scriptOf(filledIn(text, '01JZ8E2Q4N6T1V3X5Z7B9D0F2H')) ?? {}
  const preload = ['--import', 'tsx', '--import', join(root, 'test/node/documented/parse-only.mjs')]
  expect(await run(process.execPath, [...preload, fileOf(script), ...args])).toEqual({
    code: 0,
    stdout: 'parsed\n',
    stderr: '',
  })
})

it.each(triedBy('list').map(({ text }) => text))('There are tests for %s', async (text) => {
  const named = scriptOf(text)
  const vitest = named
    ? [...wordsOf(scripts[named.script] ?? '').slice(2), ...named.args]
    : wordsOf(text.replace(/^.*vitest run /, ''))
  const { stdout } = await run('npx', ['vitest', 'list', '--filesOnly', ...vitest])
  expect(stdout).toMatch(/^(\[\w+\] )?test\/\S+\.ts$/m)
})

/** Where a command's options are explained: its program's help, or, for one whose packages may be missing, its source. */
async function helpOf(text: string): Promise<string> {
  const { script } = scriptOf(text) ?? {}
  if (script !== undefined) return readFileSync(join(root, fileOf(script)), 'utf8')
  const [program = '', ...words] = wordsOf(text.replace(/^.*\| /s, '').replace(/^npx /, ''))
  const subcommand = words.slice(0, words.findIndex((word) => word.startsWith('-')) >>> 0)
  if (program === 'git') return (await run('git', [...subcommand.slice(0, 1), '-h'])).stdout
  const { stdout, stderr } = await run('npx', [program, ...subcommand, '--help'])
  return stdout + stderr
}

it.each(triedBy('help').map(({ text }) => text))('The help of its program has %s', async (text) => {
  const help = await helpOf(text)
  const [program = '', subcommand = ''] = wordsOf(text.replace(/^.*\| /s, '').replace(/^npx /, ''))
  expect(help).toContain(
    program === 'npm' ? 'new Command(' : `${program} ${subcommand.startsWith('-') ? '' : subcommand}`.trim(),
  )
  for (const option of optionsOf(text)) expect(help).toContain(program === 'npm' ? `'${option}` : option)
})

it.each(triedBy('named').map(({ text }) => text))('There is %s', async (text) => {
  const { script, args: [subcommand] = [] } = scriptOf(text) ?? {}
  if (script === undefined || subcommand === undefined) return
  const { stdout } = await run(process.execPath, ['--import', 'tsx', fileOf(script), subcommand, '--help'])
  expect(stdout).toContain(`Usage: ${script} ${subcommand}`)
})
