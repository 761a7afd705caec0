import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, root, temporaryFolder } from './command'

/** The project in a folder of its own, to be broken, on this project's packages; `start` runs its `npm start`. */
export function copyOfProject() {
  const { folder, remove } = temporaryFolder()
  for (const name of [
    'src',
    'assets',
    'scripts',
    'migrations',
    'examples',
    'package.json',
    'tsconfig.json',
    'wrangler.toml',
  ])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(root, 'node_modules')))
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  const settings = async () => ({ PORT: String(await freePort()), CASEWORK_STATE: join(folder, 'state') })
  return { folder, modules, remove, settings }
}
