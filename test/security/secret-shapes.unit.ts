import { expect, it } from 'vitest'
import { entropyOf, suspectsIn } from '../../scripts/check/secret-shapes'
import { mintKey } from '../../src/gate/key-format'

// Every value is put together here, so that this file holds none.
const base64 = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const hex = '0123456789abcdef'.repeat(10)
const letters = 'aB3dE5gH7jK9mN2pQ4rS6tU8vW1xY3zA5bC7'

const planted: [string, string][] = [
  ['a key of this gateway', mintKey()],
  ["a webhook's secret", `whsec_${base64}`],
  ['a private key', `-----BEGIN EC ${'PRIVATE'} KEY-----`],
  ['a private key', `-----BEGIN ${'PRIVATE'} KEY-----`],
  ['a GitHub token', `ghp_${letters}`],
  ['a GitHub token', `github_pat_${letters}`],
  ['an npm token', `npm_${letters}`],
  ['an AWS access key', `AKIA${'ABCDEFGHIJ234567'}`],
  ['a Cloudflare token', `cfut_${letters}0123`],
  ['a Cloudflare token', `v1.0-${hex.slice(0, 24)}-${hex.slice(0, 146)}`],
  ['a Turnstile secret', `0x4${'AAAAAAA'}${letters.slice(0, 24)}`],
]

it.each(planted)('finds %s, wherever it is in a line', (kind, value) => {
  expect(suspectsIn(`first line\nconst known = '${value}' // and more`)).toEqual([{ kind, line: 2, value }])
})

it.each([
  `WEBHOOK_KEY="${base64}"`,
  `export API_KEY=${base64}`,
  `"clientSecret": "${base64}"`,
  `password: '${base64}'`,
  `//registry.example.com/:_authToken=${base64}`,
])('finds a random value where a name says that it is secret: %#', (line) => {
  expect(suspectsIn(line)).toEqual([{ kind: 'a random value assigned to a secret', line: 1, value: base64 }])
})

it.each([
  `sk_cw0_${'0'.repeat(46)}`,
  'sk_cw0_YOUR_KEY',
  'whsec_(44 characters of base64)',
  `WEBHOOK_KEY: 'a key for tests only of 32 characters'`,
  'const token = createConfirmationTokenOfTheContactForm(request)',
  'secret: process.env.CASEWORK_WEBHOOK_SECRET_OF_THE_LISTENER',
  `IP_HASH_SECRET=${'a1'.repeat(20)}`,
  'secret: theQuickBrownFoxJumpsOverTheLazyDogWithVigour',
  `"integrity": "sha512-${base64}"`,
])('takes no notice of %s', (line) => {
  expect(suspectsIn(line)).toEqual([])
})

it('names a value once where it has two shapes', () => {
  const key = mintKey()
  expect(suspectsIn(`API_KEY=${key}`)).toEqual([{ kind: 'a key of this gateway', line: 1, value: key }])
})

it('measures how random a text is, in bits for each character', () => {
  expect([entropyOf('aaaa'), entropyOf('abab'), entropyOf('abcdefgh')]).toEqual([0, 1, 3])
})
