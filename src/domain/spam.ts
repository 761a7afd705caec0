/** What tells of who sent a message: a form everything, the API's route the bot check only. */
export interface Evidence {
  /** What stood in the field that people do not see. */
  honeypot?: string | undefined
  /** When the form was first opened, ISO 8601, as the form sent it back. */
  openedAt?: string | undefined
  /**
   * What the bot check said, where there is one; undefined too where it could not be reached. `unverified`: the API's
   * route was given no token that holds.
   */
  turnstile?: 'passed' | 'failed' | 'unverified' | undefined
}

/** A message as far as spam goes. */
export interface Suspect {
  /** Everything that the sender wrote, by field. */
  texts: readonly (string | null)[]
  evidence: Evidence
  /** When it came, ISO 8601. */
  now: string
  /** Whether the same client and sender have sent the same text within a day. */
  isSaidAgain: boolean
}

/** Faster than this nobody fills a form in. */
const fastestMs = 3000

const mostLinks = 2

/**
 * Why a message looks like spam; nothing for most. Never a reason to refuse it: a resident must not lose a message to a
 * guess, so it is only filed apart.
 */
export function spamReasonsOf({ texts, evidence, now, isSaidAgain }: Suspect): string[] {
  const { honeypot, openedAt, turnstile } = evidence
  const tokens = texts.flatMap((text) => text?.split(/\s+/) ?? []).filter(Boolean)
  const links = tokens.map(linksIn).reduce((sum, count) => sum + count, 0)
  const words = tokens.filter((token) => linksIn(token) === 0).length
  const reasons = {
    'hidden field filled in': (honeypot ?? '') !== '',
    'sent too fast': openedAt !== undefined && !(Date.parse(now) - Date.parse(openedAt) >= fastestMs),
    'many links': links > mostLinks,
    // By number, not by length: one long address of a map beside a few words is an ordinary message.
    'little but links': links > 0 && links >= words,
    'same text again': isSaidAgain,
    'bot check failed': turnstile === 'failed',
    unverified: turnstile === 'unverified',
  }
  return Object.entries(reasons).flatMap(([reason, holds]) => (holds ? reason : []))
}

const linksIn = (token: string) => token.match(/https?:\/\/(?:www\.)?|\bwww\./gi)?.length ?? 0
