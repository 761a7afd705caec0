/**
 * Installs the packages that package-lock.json names, where that has not been done yet. npm runs it before every script of
 * package.json; with the name of a folder, such as `bench`, it installs that folder's own.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const leastMajor = 20
const leastMinor = 19

const [folder] = process.argv.slice(2)
const root = join(dirname(fileURLToPath(import.meta.url)), '../..', folder ?? '')
const lockFile = join(root, 'package-lock.json')
const markFile = join(root, 'node_modules', '.package-lock.sha256')
const npmsOwnLock = join(root, 'node_modules', '.package-lock.json')

requireNode()
const lock = readFileSync(lockFile)
const wanted = createHash('sha256').update(lock).digest('hex')
if (read(markFile) !== wanted || hasLostAPackage()) {
  if (!isInstalledByHand()) install()
  writeFileSync(markFile, wanted)
}
if (folder === undefined) await import('./assets.mjs')

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return
  fail(
    `This project needs Node.js ${leastMajor}.${leastMinor} or newer; this is ${process.versions.node}. See https://nodejs.org.`,
  )
}

/** True if a manual `npm ci` has installed every package of this lock: npm keeps a list, without the root. */
function isInstalledByHand() {
  const installed = read(npmsOwnLock)
  if (installed === undefined) return false
  const present = JSON.parse(installed).packages
  if (hasLostAPackage()) return false
  return Object.entries(JSON.parse(lock.toString()).packages).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' || (present[path] ? present[path].version === version : optional || devOptional),
  )
}

/** True if a folder that npm installed is missing: npm keeps a list. */
function hasLostAPackage() {
  const installed = read(npmsOwnLock)
  if (installed === undefined) return false
  return Object.keys(JSON.parse(installed).packages).some((path) => !existsSync(join(root, path)))
}

function install() {
  console.error(`Installing the packages${folder ? ` of ${folder}` : ''}: once, about a minute …`)
  // npm names itself to the scripts it runs; other package managers do, too, and have no `ci`.
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? process.env.npm_execpath : undefined
  // Whatever npm is doing that led here, such as `npm pack --dry-run`, this is done.
  const args = ['ci', '--dry-run=false', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error } = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (error) fail(`npm could not be started: ${error.message}`)
  if (status !== 0 || !existsSync(dirname(markFile))) fail('The packages could not be installed: see above.', status)
}

/** @param {string} file */
function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/**
 * @param {string} message
 * @param {number | null} [code]
 * @returns {never}
 */
function fail(message, code) {
  console.error(`error: ${message}`)
  process.exit(code || 1)
}
