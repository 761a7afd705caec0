import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { root, run, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)

let project: string
let count = 0

/** The package that holds the API reference's script, and the only one of these projects. */
const name = '@scalar/api-reference'
const link = `node_modules/${name}`

/** A project with one package, which needs no network. */
beforeEach(() => {
  project = join(folder, `project-${++count}`)
  for (const made of ['assets', 'one/dist/browser']) mkdirSync(join(project, made), { recursive: true })
  for (const script of ['install.mjs', 'assets.mjs'])
    cpSync(join(root, 'scripts/dev', script), join(project, 'scripts/dev', script))
  lock('1.0.0')
})

function lock(version: string): void {
  const named = { name: 'project', version: '1.0.0', dependencies: { [name]: 'file:one' } }
  const packages = { '': named, [link]: { resolved: 'one', link: true }, one: { version } }
  const write = (file: string, content: object) => writeFileSync(join(project, file), JSON.stringify(content))
  write('one/package.json', { name, version })
  writeFileSync(join(project, 'one/dist/browser/standalone.js'), `// ${version}`)
  write('package.json', named)
  write('package-lock.json', { name: 'project', version: '1.0.0', lockfileVersion: 3, requires: true, packages })
}

const install = () => run(process.execPath, ['scripts/dev/install.mjs'], { npm_execpath: undefined }, project)

/** `npm ci` empties the folder first, so this file tells whether it ran. */
const canary = () => join(project, 'node_modules/canary')

it('installs the packages of a folder that is named, and none of the project’s', async () => {
  for (const part of ['one', 'package.json', 'package-lock.json'])
    cpSync(join(project, part), join(project, 'bench', part), { recursive: true })
  const args = ['scripts/dev/install.mjs', 'bench']
  const { code, stderr } = await run(process.execPath, args, { npm_execpath: undefined }, project)
  expect(code).toBe(0)
  expect(stderr).toContain('Installing the packages of bench: once, about a minute …\n')
  expect(existsSync(join(project, 'bench', link, 'package.json'))).toBe(true)
  expect(existsSync(join(project, 'node_modules'))).toBe(false)
})

it('installs what is missing, and then is quiet until the lock changes', async () => {
  const first = await install()
  expect(first.code).toBe(0)
  expect(first.stderr).toContain('Installing the packages: once, about a minute …\n')
  expect(readFileSync(join(project, 'node_modules/.package-lock.sha256'), 'utf8')).toMatch(/^[0-9a-f]{64}$/)

  writeFileSync(canary(), '')
  expect(await install()).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(existsSync(canary())).toBe(true)

  lock('1.0.1')
  expect((await install()).stderr).toContain('Installing the packages')
  expect(existsSync(canary())).toBe(false)
})

it('trusts what `npm ci` has put there by hand', async () => {
  installedByHand({ one: { version: '1.0.0' }, [link]: { resolved: 'one', link: true } })
  mkdirSync(dirname(join(project, link)))
  symlinkSync(join(project, 'one'), join(project, link))
  expect(await install()).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(existsSync(canary())).toBe(true)
})

it('installs again where a package has been deleted since', async () => {
  await install()
  writeFileSync(canary(), '')
  rmSync(join(project, link), { recursive: true })
  expect((await install()).stderr).toContain('Installing the packages')
  expect(existsSync(join(project, link, 'package.json'))).toBe(true)
})

it('comes before every script of the project', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  // npm itself runs the other one after installing.
  const names = Object.keys(scripts).filter((script) => !script.startsWith('pre') && script !== 'postinstall')
  expect(names).toContain('tenants')
  const first = (script: string) => String(scripts[`pre${script}`]).split(' && ')[0]
  expect(names.filter((script) => first(script) !== 'node scripts/dev/install.mjs')).toEqual([])
})

it('copies the API reference’s script to the assets, and again when it is missing or another', async () => {
  const copied = () => readFileSync(join(project, 'assets/reference.js'), 'utf8')
  await install()
  expect(copied()).toBe('// 1.0.0')
  rmSync(join(project, 'assets/reference.js'))
  expect(await install()).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(copied()).toBe('// 1.0.0')
  lock('1.0.1')
  await install()
  expect(copied()).toBe('// 1.0.1')
})

it('installs where the link to a package of its own is missing', async () => {
  installedByHand({ one: { version: '1.0.0' } })
  expect((await install()).stderr).toContain('Installing the packages')
  expect(existsSync(join(project, link, 'package.json'))).toBe(true)
})

function installedByHand(packages: object): void {
  mkdirSync(join(project, 'node_modules'))
  writeFileSync(join(project, 'node_modules/.package-lock.json'), JSON.stringify({ packages }))
  writeFileSync(canary(), '')
}

it('says in one line that Node is too old', async () => {
  const script = pathToFileURL(join(project, 'scripts/dev/install.mjs')).href
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } }); import('${script}')`
  expect(await run(process.execPath, ['-e', pretend])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'error: This project needs Node.js 20.19 or newer; this is 18.20.4. See https://nodejs.org.\n',
  })
})
