import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { foldToken, tokensOf } from '../../src/domain/search-tokens'

interface Seen {
  character: string
  /** What the index makes of the character between two letters: one word or two. */
  indexed: string[]
}

let alphabet: Seen[] = []

const isSurrogate = (code: number) => code >= 0xd800 && code < 0xe000

/** Has the index itself read every character of some planes, each between `q` and `z`. */
beforeAll(async () => {
  const { DB } = env
  await DB.batch([
    DB.prepare(`create virtual table probe using fts5(x, tokenize = 'unicode61 remove_diacritics 2')`),
    DB.prepare(`create virtual table probe_words using fts5vocab('probe', 'instance')`),
  ])
  const characters: string[] = []
  for (let code = 0x80; code < 0x20000; code++) if (!isSurrogate(code)) characters.push(String.fromCodePoint(code))
  const texts = JSON.stringify(characters.map((character) => `q${character}z`))
  await DB.prepare('insert into probe (rowid, x) select key + 1, value from json_each(?)').bind(texts).run()
  const { results } = await DB.prepare(
    `select json_group_array(term order by offset) as terms from probe_words group by doc order by doc`,
  ).all<{ terms: string }>()
  alphabet = results.map(({ terms }, i) => ({ character: characters[i] ?? '', indexed: JSON.parse(terms) }))
})

describe('tokens', () => {
  it('are never fewer than the index makes of a text, whatever the script', () => {
    const missed = alphabet.filter(({ character, indexed }) => tokensOf(`q${character}z`).length < indexed.length)
    expect(alphabet).toHaveLength(0x20000 - 0x80 - 0x800)
    expect(missed).toEqual([])
  })

  it('are the index’s own in the scripts that people here write', () => {
    const different = alphabet.filter(
      ({ character, indexed }) => character < '\u0370' && tokensOf(`q${character}z`).length !== indexed.length,
    )
    expect(different).toEqual([])
  })

  it('are one to us wherever they are one to the index', () => {
    const names = new Map<string, Set<string>>()
    for (const { character, indexed } of alphabet) {
      const [word = '', ...more] = indexed
      if (more.length > 0 || tokensOf(`q${character}z`).length > 1) continue
      names.set(word, (names.get(word) ?? new Set()).add(foldToken(`q${character}z`)))
    }
    expect(names.get('qez')).toEqual(new Set(['qez']))
    expect([...names].filter(([, folded]) => folded.size > 1)).toEqual([])
  })

  it.each([
    ['José', 'jose'],
    ['Jose\u0301', 'jose'],
    ['MÜLLER', 'muller'],
    ['Οδός', 'οδόσ'],
    ['ſtreet', 'street'],
    ['Straße', 'straße'],
    ['ПРИВЕТ', 'привет'],
    ['東京', '東京'],
  ])('%s is found by %s', (token, folded) => {
    expect(foldToken(token)).toBe(folded)
  })
})
