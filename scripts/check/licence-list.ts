/** A package of `package-lock.json`, by its folder. */
interface Locked {
  version?: string
  license?: string
  dependencies?: Record<string, string>
}

/** The `packages` of a `package-lock.json`. */
export type Lock = Record<string, Locked>

/** A package that is shipped. */
export interface Shipped {
  name: string
  version: string
  licence: string
}

/** Licences that ask for no more than their notice, by their SPDX names. */
const accepted = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT', 'Unlicense']

/** Packages whose `package.json` names no licence, with the one that was found and where. */
export const stated: Readonly<Record<string, { licence: string; where: string }>> = {
  'neverpanic@0.0.5': { licence: 'MIT', where: 'the `package.json` of its later releases' },
}

/** True if an SPDX expression can be met with accepted licences alone. */
export function isAccepted(expression: string): boolean {
  const text = expression.trim()
  if (/^\([^()]*\)$/.test(text)) return isAccepted(text.slice(1, -1))
  if (/ OR /.test(text)) return text.split(' OR ').some(isAccepted)
  if (/ AND /.test(text)) return text.split(' AND ').every(isAccepted)
  return accepted.includes(text)
}

/** The folder of a package's dependency, looked for as Node does: in its own folder first, then in those above it. */
function folderOf(lock: Lock, name: string, from: string): string {
  for (let at = from; ; at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '') {
    const folder = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
    if (lock[folder]) return folder
    if (at === '') throw new Error(`${name}, which ${from || 'the project'} needs, is not in package-lock.json`)
  }
}

/** Every package that some packages of the project need at run time, themselves included, by name and version. */
export function shippedWith(lock: Lock, names: readonly string[], from = ''): Shipped[] {
  const seen = new Set<string>()
  const left = names.map((name) => folderOf(lock, name, from))
  for (let folder = left.pop(); folder !== undefined; folder = left.pop()) {
    if (seen.has(folder)) continue
    seen.add(folder)
    const parent = folder
    left.push(...Object.keys(lock[folder]?.dependencies ?? {}).map((name) => folderOf(lock, name, parent)))
  }
  const shipped = [...seen].map((folder) => {
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const { version = '', license = '' } = lock[folder] ?? {}
    return { name, version, licence: license || (stated[`${name}@${version}`]?.licence ?? 'none stated') }
  })
  const unique = new Map(shipped.map((one) => [`${one.name}@${one.version}`, one]))
  return [...unique].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}
