import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { searchLetters } from '../../src/domain/search-letters'
import { tokensOf } from '../../src/domain/search-tokens'
import { call } from '../support/call'
import { found, search, tenantWith } from '../support/case-searches'
import { d1Of } from '../support/tenants'

describe('what is spelt with letters of its own', () => {
  test.each([
    ['Łukasz Wójcik', 'Lukasz Wojcik'],
    ['Łukasz Wójcik', 'łukasz'],
    ['Błotna droga', 'blotna'],
    ['Søren Østergaard', 'Soren Ostergaard'],
    ['Ayşe Yıldız', 'yildiz'],
    ['straße', 'strasse'],
    ['strasse', 'STRASSE'],
    ['strasse', 'straße'],
    ['Cœur and Æthelred', 'coeur aethelred'],
    ['Nguyễn Văn Đức', 'nguyen van duc'],
    ['Guðrún Þórsdóttir', 'gudrun thorsdottir'],
    ['ﬁre station oﬃce', 'fire office'],
    ['fire station office', 'ﬁre oﬃce'],
    ['Αθήνα', 'αθηνα'],
    ['Фёдор', 'федор'],
    ['Pot\u00adhole at Quay\u200bside', 'pothole quayside'],
    ['Pothole', 'pot\u00adhole'],
  ])('is found without them, and with: %j by %j', async (text, words) => {
    // As it is stored since a text is read in one place, and as it was stored before.
    const { key } = await tenantWith({ summary: text }, { resident_name: text.normalize('NFD') }, { description: text })
    expect((await found(key, words)).sort()).toEqual([1, 2, 3])
  })

  test('is folded by the database as a search is: letter by letter', async () => {
    const letters = Object.entries(searchLetters)
    const { key } = await tenantWith(...letters.map(([letter], i) => ({ summary: `qu${letter}x${i}` })))
    for (const [i, [, plain]] of letters.entries()) {
      expect({ plain, found: await found(key, `qu${plain}x${i}`) }).toEqual({ plain, found: [i + 1] })
    }
  })

  test('is found by the words that it has', async () => {
    const { key } = await tenantWith()
    const piece = fc.constantFrom(
      ...Object.keys(searchLetters),
      'é',
      'Zoe\u0308',
      ' ',
      'ẞ',
      'TR26 1AA',
      '-',
      'n\u0303',
      'q',
    )
    const text = fc.array(fc.oneof(piece, fc.string({ unit: 'grapheme', maxLength: 3 })), {
      minLength: 2,
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(text, async (parts) => {
        const json = { residentName: 'Sam', summary: parts.join('') }
        const made = await call('/api/cases', { key, json })
        if (made.status !== 201) return
        const { id, summary } = await made.json<{ id: string; summary: string }>()
        for (const word of summary.split(/\s+/).filter((one) => tokensOf(one).length > 0)) {
          const { cases } = await search(key, word, '&pageSize=100&sort=-createdAt')
          expect({ word, ids: cases.map((one) => one.id) }).toEqual({ word, ids: expect.arrayContaining([id]) })
        }
      }),
      { numRuns: 40 },
    )
  })
})

test.each([
  ['TR261AA', [1, 2, 3]],
  ['TR26 1AA', [1, 2, 3]],
  ['TR26 1', [1, 2, 3]],
  ['TR26-1AA', [1, 2, 3]],
  ['tr26', [1, 2, 3]],
  ['TR261', [1, 3]],
])('A postcode is found with, without and part-way through its space: %s', async (words, numbers) => {
  const { key } = await tenantWith(
    { resident_postcode: 'TR261AA' },
    { summary: 'Pothole at TR26 1AA by the quay' },
    { description: 'Pothole at TR261AA', resident_postcode: 'TR261AA' },
    { resident_postcode: 'TR271AB' },
  )
  expect((await found(key, words)).sort()).toEqual(numbers)
})

test('The index is what a new one of the same cases would be', async () => {
  const { key, ids } = await tenantWith({ summary: 'Łódź', resident_postcode: 'TR261AA' }, { summary: 'straße' })
  await call(`/api/cases/${ids[0]}`, { key, method: 'PATCH', json: { summary: 'Gdańsk', residentPostcode: null } })
  await d1Of().prepare("insert into cases_fts (cases_fts, rank) values ('integrity-check', 1)").run()
  await d1Of().prepare("insert into cases_fts (cases_fts) values ('rebuild')").run()
  expect([await found(key, 'gdansk'), await found(key, 'lodz'), await found(key, 'strasse')]).toEqual([[1], [], [2]])
})
