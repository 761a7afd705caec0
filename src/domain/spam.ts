/** Evidence about a message's sender: complete from a form, only the bot check from the API. */
export interface Evidence {
  /** The content of the invisible field. */
  honeypot?: string | undefined
  /** Time when the form was first opened, ISO 8601, from its ticket. */
  openedAt?: string | undefined
  /**
   * The bot check's verdict; undefined if not configured or unreachable. `unverified`: the API's
   * route received no valid token.
   */
  turnstile?: 'passed' | 'failed' | 'unverified' | undefined
}

/** The parts of a message that the spam check reads. */
export interface Suspect {
  /** All text fields. */
  texts: readonly (string | null)[]
  evidence: Evidence
  /** Time of arrival, ISO 8601. */
  now: string
  /** The same client and sender have sent the same text within a day. */
  isSaidAgain: boolean
}

/** No person fills in a form faster than this. */
const fastestMs = 3000

const mostLinks = 2

/**
 * Reasons why a message looks like spam; usually empty. Never a reason to refuse it: a resident must not lose a message to a
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
