/** The longest `Retry-After` returned, in seconds: beyond 2³¹ − 1 programs overflow. */
const longestSeconds = 2 ** 31 - 1

/** A date of HTTP (RFC 9110, section 5.6.7) begins with a day; only the oldest form leaves out that it is in GMT. */
const day = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[, ]/i

/**
 * The wait of a `Retry-After` header (RFC 9110, section 10.2.3), in whole seconds: at least 1, rounded up. Accepts
 * seconds and dates, and also fractions and negative numbers, which servers send. Undefined for anything else.
 *
 * @param now milliseconds since 1970, from which a date is counted
 */
export function secondsOfRetryAfter(header: string | null, now = Date.now()): number | undefined {
  const text = header?.trim() ?? ''
  const seconds = /^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : secondsUntil(text, now)
  if (seconds === undefined) return
  return Math.min(Math.max(Math.ceil(seconds), 1), longestSeconds)
}

function secondsUntil(text: string, now: number): number | undefined {
  if (!day.test(text)) return
  const at = Date.parse(/\d{4}$/.test(text) ? `${text} GMT` : text)
  return Number.isNaN(at) ? undefined : (at - now) / 1000
}
