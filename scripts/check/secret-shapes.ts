import { cellOfKey } from '../../src/gate/key-format'

/** Something in a text that looks like a secret. Its value is for comparing only, never for showing. */
export interface Suspect {
  kind: string
  line: number
  value: string
}

interface Shape {
  kind: string
  pattern: RegExp
  /** Distinguishes a secret from what only has its shape. */
  isSecret?: (value: string) => boolean
}

/** Bits for each character of a text that is as random as its own letters are. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  return [...counts.values()].reduce((bits, n) => bits - (n / text.length) * Math.log2(n / text.length), 0)
}

/** Random texts of 24 characters or more have about 4 bits for each and mix letters with digits; words have fewer. */
const isRandom = (value: string) => entropyOf(value) >= 4 && /[0-9]/.test(value) && /[a-z]/i.test(value)

/** A name that says that its value is secret, and the value in its own words: no call, path or placeholder. */
const assignment =
  /(?:secret|token|passw(?:or)?d|api_?key|webhook_?key|private_?key|access_?key|credentials?)["'`]?\s*[:=]\s*["'`]?([A-Za-z0-9+/_=-]{24,})/gi

/** GitHub, npm, AWS, Cloudflare and PEM as their own documentation describes them. */
const shapes: readonly Shape[] = [
  {
    kind: 'a key of this gateway',
    pattern: /sk_cw\d+_[0-9A-Za-z]{46}/g,
    isSecret: (key) => cellOfKey(key) !== undefined,
  },
  { kind: "a webhook's secret", pattern: /whsec_[A-Za-z0-9+/]{32,}={0,2}/g },
  { kind: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g },
  { kind: 'a GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})/g },
  { kind: 'an npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { kind: 'an AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g },
  { kind: 'a Cloudflare token', pattern: /\bcf(?:k|ut|at)_[A-Za-z0-9]{40,}|\bv1\.0-[0-9a-f]{24}-[0-9a-f]{146}\b/g },
  { kind: 'a Turnstile secret', pattern: /\b0x4A{5,}[A-Za-z0-9_-]{20,}/g },
  { kind: 'a random value assigned to a secret', pattern: assignment, isSecret: isRandom },
]

/** What looks like a secret in a text, in the order of its lines, each value once per line. */
export function suspectsIn(text: string): Suspect[] {
  return text.split('\n').flatMap((content, at) => {
    const seen = new Set<string>()
    return shapes.flatMap(({ kind, pattern, isSecret = () => true }) =>
      [...content.matchAll(pattern)].flatMap(([whole, group]) => {
        const value = group ?? whole
        const isNew = ![...seen].some((one) => one.includes(value) || value.includes(one))
        if (!isNew || !isSecret(value)) return []
        seen.add(value)
        return [{ kind, line: at + 1, value }]
      }),
    )
  })
}
