import { readdirSync, readFileSync } from 'node:fs'
import { isSafe } from 'redos-detector'
import { describe, expect, test } from 'vitest'

/** What reads a caller's text: every module of these. */
const folders = ['domain', 'gate', 'http', 'pages', 'routes']

interface Found {
  file: string
  expression: RegExp
}

/** A literal where an expression may begin: division has an operand before it. */
const literal = /(?<=[(=,:?!&|[{;]\s*|return\s+)\/(?![/*])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^\\/[\n])+)\/([dgimsuvy]*)/g

const withoutComments = (source: string) => source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')

/** The regular expressions in a module's source. */
function expressionsIn(file: string, source: string): Found[] {
  return Array.from(withoutComments(source).matchAll(literal), ([, pattern = '', flags]) => ({
    file,
    expression: new RegExp(pattern, flags),
  }))
}

const sources = folders.flatMap((folder) => {
  const path = new URL(`../../src/${folder}/`, import.meta.url)
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  return files.map((file) => ({ file: `${folder}/${file}`, source: readFileSync(new URL(file, path), 'utf8') }))
})
const found = sources.flatMap(({ file, source }) => expressionsIn(file, source))

describe('The regular expressions that read what a caller sends', () => {
  test('are found in the source, and are all written out', () => {
    const shown = found.map(({ file, expression }) => `${file} ${expression}`)
    expect(shown.length).toBeGreaterThan(30)
    expect(shown).toContain('gate/key-format.ts /^sk_cw(0|[1-9]\\d{0,3})_[0-9A-Za-z]{46}$/')
    expect(shown).toContain('domain/gss.ts /^[EWSN]\\d{8}$/')
    // Put together of classes of characters that share none, or of one; a run of tags can begin after a flag alone.
    const puttingTogether = ['domain/invisible.ts', 'domain/search-letters.ts', 'domain/search-tokens.ts']
    expect(sources.filter(({ source }) => source.includes('RegExp(')).map(({ file }) => file)).toEqual(puttingTogether)
  })

  test.each(found)('$file: $expression cannot be made to try a text over and over', ({ expression }) => {
    // A sticky one begins where it is told to, and nowhere else.
    const { source, flags } = expression
    const tried = expression.sticky ? new RegExp(`^(?:${source})`, flags.replace('y', '')) : expression
    expect(isSafe(tried, { maxScore: 200 })).toMatchObject({ safe: true, error: null })
  })

  test('would be told from one that overlaps with itself', () => {
    expect(isSafe(/^https?:\/\/[^\s/]+\S*$/i, { maxScore: 200 }).safe).toBe(false)
  })
})
