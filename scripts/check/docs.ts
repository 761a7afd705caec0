import { readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { root } from '../root'
import { check, trackedFiles } from './tool'

/** Everything that git knows of or would add: files, and the folders they are in. */
function trackedPaths(): Set<string> {
  const files = trackedFiles()
  const folders = files.flatMap((file) => file.split('/').map((_, depth, parts) => parts.slice(0, depth).join('/')))
  return new Set([...files, ...folders])
}

const withoutCode = (text: string) => text.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '')

/** Targets of links and images, in Markdown and in HTML. Those that lead out of the repository are left out. */
function linksIn(text: string): string[] {
  const found = withoutCode(text).matchAll(/\]\(([^)\s]+)\)|(?:href|src)="([^"]+)"/g)
  return [...found].map(([, link, address]) => link ?? address ?? '').filter((link) => !/^[a-z]+:/.test(link))
}

/** The anchors that GitHub gives a page's headings. */
function anchorsIn(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of text.replace(/^```.*?^```/gms, '').matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = plain.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-')
    let anchor = slug
    for (let copy = 1; anchors.has(anchor); copy++) anchor = `${slug}-${copy}`
    anchors.add(anchor)
  }
  return anchors
}

/** Words in backticks that begin with a folder or a file of the repository's root: `src/app.ts`, `test/node/*.test.ts`. */
function pathsIn(text: string, topLevel: Set<string>): string[] {
  const quoted = [...text.replace(/^```.*?^```/gms, '').matchAll(/`([^`\s]+)`/g)].map(([, word = '']) => word)
  return quoted.filter((word) => {
    const [first = '', second] = word.split('/')
    return second === undefined ? topLevel.has(word) : topLevel.has(first)
  })
}

/** True if something matches: `*` is any part of a name, `<name>` any name, and what follows `…` is not looked at. */
function exists(path: string, tracked: Set<string>): boolean {
  const [known = ''] = path.split('…')
  const wanted = known.replace(/\/$/, '')
  if (tracked.has(wanted)) return true
  const pattern = wanted.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+|<[^>]*>/g, '[^/]+')
  return wanted !== pattern && [...tracked].some((one) => new RegExp(`^${pattern}$`).test(one))
}

/** Names in a page that the repository does not have, one line each. */
async function faultsOf(page: string, tracked: Set<string>, topLevel: Set<string>): Promise<string[]> {
  const text = await readFile(join(root, page), 'utf8')
  const faults = pathsIn(text, topLevel)
    .filter((path) => !exists(path, tracked))
    .map((path) => `${page}: there is no ${path}`)
  for (const link of linksIn(text)) {
    const [address = '', anchor] = link.split('#')
    const target = address === '' ? page : normalize(join(dirname(page), address)).replace(/\/$/, '')
    if (!tracked.has(target)) faults.push(`${page}: ${link} leads nowhere`)
    else if (anchor !== undefined && !anchorsIn(await readFile(join(root, target), 'utf8')).has(anchor))
      faults.push(`${page}: ${target} has no heading #${anchor}`)
  }
  return faults
}

// Every file, link and anchor that the documentation names must be there.
await check(async () => {
  const tracked = trackedPaths()
  const topLevel = new Set([...tracked].filter((path) => path !== '' && !path.includes('/')))
  const pages = [...tracked].filter((path) => /^(?:[^/]+|docs\/.+|(?:client|bench)\/[^/]+)\.md$/.test(path)).sort()
  const faults = (await Promise.all(pages.map((page) => faultsOf(page, tracked, topLevel)))).flat()
  const index = await readFile(join(root, 'docs/README.md'), 'utf8')
  for (const page of pages.filter((name) => name.startsWith('docs/') && name !== 'docs/README.md')) {
    if (!index.includes(`](${page.slice('docs/'.length)})`)) faults.push(`docs/README.md: ${page} is not listed`)
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return `Documentation: ${pages.length} pages, and everything they name is there`
})
