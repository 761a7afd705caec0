import { describe, expect, it } from 'vitest'
import { spamReasonsOf } from '../../src/domain/spam'

const now = '2026-03-01T09:00:10.000Z'

const reasonsOf = (message: string, evidence = {}, isSaidAgain = false) =>
  spamReasonsOf({ texts: ['Alex Resident', null, message], evidence, now, isSaidAgain })

const ordinary = 'There is a deep hole outside the school.'

describe('Why a message looks like spam', () => {
  it('is nothing for an ordinary one', () => {
    expect(reasonsOf(ordinary)).toEqual([])
    expect(reasonsOf(ordinary, { honeypot: '', openedAt: '2026-03-01T09:00:00.000Z', turnstile: 'passed' })).toEqual([])
  })

  it.each(['x', ' ', 'https://example.com'])('is a hidden field that holds %j', (honeypot) => {
    expect(reasonsOf(ordinary, { honeypot })).toEqual(['hidden field filled in'])
  })

  it.each([
    ['2026-03-01T09:00:07.000Z', []],
    ['2026-03-01T09:00:07.001Z', ['sent too fast']],
    ['2026-03-01T09:00:10.000Z', ['sent too fast']],
    ['2026-03-01T09:00:11.000Z', ['sent too fast']],
    ['', ['sent too fast']],
    ['soon', ['sent too fast']],
  ])('is a form rendered at %j', (openedAt, reasons) => {
    expect(reasonsOf(ordinary, { openedAt })).toEqual(reasons)
  })

  it.each([
    ['See https://example.com and www.example.org for the photos of the hole', []],
    ['See https://a.example, http://b.example and HTTPS://C.EXAMPLE for photos of the hole', ['many links']],
    ['Photos of the hole: https://a.example,https://b.example,www.c.example here on our street', ['many links']],
    ['One link that begins twice is one: https://www.example.com and https://www.example.org', []],
    ['Pothole here: https://maps.example/a/very/long/address/with/many/numbers/50.1526,-5.0669,17z', []],
    ['My address is alex@example.com, not a link, nor is example.com or awww.', []],
  ])('is more than two links: %s', (message, reasons) => {
    expect(reasonsOf(message)).toEqual(reasons)
  })

  it.each([
    ['https://spam.example', []],
    ['https://spam.example https://more.example', ['little but links']],
    ['Cheap https://spam.example now https://more.example', []],
  ])('is as many links as words, the name’s two included: %s', (message, reasons) => {
    expect(reasonsOf(message)).toEqual(reasons)
  })

  it('is a link in place of a name', () => {
    const texts = ['www.spam.example', null, 'Hello']
    expect(spamReasonsOf({ texts, evidence: {}, now, isSaidAgain: false })).toEqual(['little but links'])
  })

  it('is the same text again, and a failed bot check', () => {
    expect(reasonsOf(ordinary, {}, true)).toEqual(['same text again'])
    expect(reasonsOf(ordinary, { turnstile: 'failed' })).toEqual(['bot check failed'])
  })

  it('is everything that holds, in one order', () => {
    const evidence = { turnstile: 'failed', openedAt: now, honeypot: 'x' } as const
    expect(reasonsOf('www.a.example www.b.example www.c.example', evidence, true)).toEqual([
      'hidden field filled in',
      'sent too fast',
      'many links',
      'little but links',
      'same text again',
      'bot check failed',
    ])
  })

  it('takes no longer than the message is long', () => {
    const startedAt = performance.now()
    for (const text of ['www.'.repeat(1000), 'http://'.repeat(570), ' '.repeat(4000), 'w'.repeat(4000)]) reasonsOf(text)
    expect(performance.now() - startedAt).toBeLessThan(200)
  })
})
