import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mintKey } from '../../src/gate/key-format'
import { root, run, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)

const secrets = (at: string) => run(process.execPath, ['--import', 'tsx', join(root, 'scripts/check/secrets.ts'), at])

const key = mintKey()
const digest = createHash('sha256').update(key).digest('hex').slice(0, 16)
const allow = (...entries: object[]) =>
  writeFileSync(join(folder, 'scripts/check/secrets-allowed.json'), JSON.stringify(entries))
const advice =
  'A real secret must be revoked: taking it out leaves it in the history. A value of a test that opens nothing is added ' +
  'to scripts/check/secrets-allowed.json as {"file", "digest", "why"}.\n'

beforeAll(async () => {
  await run('git', ['init', '-q', folder])
  mkdirSync(join(folder, 'scripts/check'), { recursive: true })
  writeFileSync(join(folder, '.gitignore'), 'ignored\n')
  writeFileSync(join(folder, 'ignored'), key)
  writeFileSync(join(folder, 'page.md'), `The key is\n${key}\n`)
})

it('this repository holds no secret', async () => {
  expect(await secrets(root)).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^Secrets: none in \d{3,} files\n$/),
    stderr: '',
  })
})

it('a planted key is found, and not shown', async () => {
  allow()
  expect(await secrets(folder)).toEqual({
    code: 1,
    stdout: '',
    stderr: `page.md:2: this looks like a key of this gateway (digest ${digest})\n${advice}`,
  })
})

it('a value of a test is let through by name, and its entry must go when it goes', async () => {
  allow({ file: 'page.md', digest, why: 'opens nothing' })
  expect(await secrets(folder)).toEqual({ code: 0, stdout: 'Secrets: none in 3 files\n', stderr: '' })
  allow({ file: 'page.md', digest, why: 'opens nothing' }, { file: 'other.md', digest, why: 'opens nothing' })
  expect(await secrets(folder)).toEqual({
    code: 1,
    stdout: '',
    stderr: `scripts/check/secrets-allowed.json: other.md no longer holds that value\n${advice}`,
  })
})

it('files of settings are refused, but for examples', async () => {
  allow({ file: 'page.md', digest, why: 'opens nothing' })
  for (const name of ['.dev.vars', '.dev.vars.example', '.env.production']) writeFileSync(join(folder, name), '')
  const { code, stderr } = await secrets(folder)
  const refused = ['.dev.vars', '.env.production'].map(
    (name) => `${name}: settings with secrets are kept out of the repository\n`,
  )
  expect({ code, stderr }).toEqual({ code: 1, stderr: refused.join('') + advice })
})
