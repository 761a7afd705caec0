import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { root } from '../../../scripts/root'

const run = promisify(execFile)

/** The client as a program gets it: packed by npm, installed into an empty folder, imported by its name. */
export async function installClient() {
  const folder = mkdtempSync(join(tmpdir(), 'casework-client-'))
  const npm = (args: string[], cwd: string) => run('npm', args, { cwd, shell: process.platform === 'win32' })
  await npm(['pack', '-w', 'client', '--pack-destination', folder], root)
  const [tarball = ''] = readdirSync(folder).filter((file) => file.endsWith('.tgz'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }')
  await npm(['install', '--offline', '--no-audit', '--no-fund', tarball], folder)
  const file = createRequire(join(folder, 'program.js')).resolve('casework-client')
  const client: typeof import('../../../client/src/index') = await import(pathToFileURL(file).href)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  return { client, file, folder, packed: join(folder, 'node_modules/casework-client'), remove }
}

export type Installed = Awaited<ReturnType<typeof installClient>>
