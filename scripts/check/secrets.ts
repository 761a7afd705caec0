import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { root } from '../root'
import { suspectsIn } from './secret-shapes'
import { check, trackedFiles } from './tool'

/** A value of a test that looks like a secret and opens nothing. */
interface Allowed {
  file: string
  /** The first 16 hexadecimal digits of the value's SHA-256. */
  digest: string
  why: string
}

const list = 'scripts/check/secrets-allowed.json'

/** Files that hold a developer's own secrets: none of them belongs in the repository. */
const isSettings = (file: string) => /(?:^|\/)(?:\.dev\.vars|\.env)(?:\.(?!example$)[^/]*)?$/.test(file)

const digestOf = (value: string) => createHash('sha256').update(value).digest('hex').slice(0, 16)

/** What looks like a secret in a file, by its digest, with one line that does not show it. */
async function foundIn(folder: string, file: string) {
  // A file that has been deleted but not committed is still listed.
  const text = await readFile(join(folder, file), 'utf8').catch(() => '')
  const suspects = text.includes('\0') ? [] : suspectsIn(text)
  return suspects.map(({ kind, line, value }) => {
    const digest = digestOf(value)
    return { file, digest, fault: `${file}:${line}: this looks like ${kind} (digest ${digest})` }
  })
}

const isSame = (one: { file: string; digest: string }) => (other: { file: string; digest: string }) =>
  one.file === other.file && one.digest === other.digest

// No file that git knows of, or would add, may hold a secret. Another folder than the project's is for tests.
await check(async () => {
  const folder = resolve(root, process.argv[2] ?? '.')
  const files = trackedFiles(folder)
  const allowed: Allowed[] = JSON.parse(await readFile(join(folder, list), 'utf8'))
  const found = (await Promise.all(files.map((file) => foundIn(folder, file)))).flat()
  const faults = [
    ...files.filter(isSettings).map((file) => `${file}: settings with secrets are kept out of the repository`),
    ...found.filter((one) => !allowed.some(isSame(one))).map(({ fault }) => fault),
    ...allowed
      .filter((one) => !found.some(isSame(one)))
      .map(({ file }) => `${list}: ${file} no longer holds that value`),
  ]
  const advice =
    'A real secret must be revoked: taking it out leaves it in the history. A value of a test that opens nothing is added ' +
    `to ${list} as {"file", "digest", "why"}.`
  if (faults.length > 0) throw new Error([...faults, advice].join('\n'))
  return `Secrets: none in ${files.length} files`
})
