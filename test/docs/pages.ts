import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A file of the project, by its path from the root. */
export const readPage = (path: string) => readFileSync(root + path, 'utf8')

/** The pages whose commands are tried: those at the root and in docs, but for the changelog, which tells of the past. */
export const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'client/README.md',
  'bench/README.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** The part of a page below a heading, to the next one of the same level or above. */
export function sectionOf(page: string, heading: string): string {
  const [, level = ''] = new RegExp(`^(#+) ${heading}$`, 'm').exec(page) ?? []
  const [, text = ''] = page.split(new RegExp(`^${level} ${heading}\\n`, 'm'))
  return text.split(new RegExp(`^#{1,${level.length}} `, 'm'))[0] ?? ''
}

/** The rows of the tables in a text: the cells of each, without the headings. */
export function rowsOf(text: string): string[][] {
  return [...text.matchAll(/^\|(.+)\|$/gm)]
    .map(([, row = '']) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .filter((_, index, rows) => !isRule(rows[index]) && !isRule(rows[index + 1]))
}

const isRule = (row: string[] | undefined) => row?.every((cell) => /^:?-+:?$/.test(cell)) ?? false

/** What stands in backticks in a text. */
export const quotedIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, quoted = '']) => quoted)
