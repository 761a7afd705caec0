/** State of a caller's sliding window right after a request. */
export interface RateLimit {
  /** `key`, or `ip` for an address on a public endpoint. */
  readonly policy: 'key' | 'ip'
  /** Requests allowed in any window-length interval. */
  readonly limit: number
  readonly windowMs: number
  /** Requests that would be admitted now. */
  readonly remaining: number
  /** Milliseconds until the oldest counted request leaves the window. */
  readonly resetMs: number
}

/** The window's row in the database: 13 digits per admission, never going down. */
export interface WindowRow {
  readonly hits: string
  readonly limit: number
  readonly windowMs: number
  /** The database's clock, in milliseconds. */
  readonly now: number
}

const width = 13

/** Reads a window's row. An admitted request is counted in it already; a refused one is not. */
export function rateLimitOf(policy: RateLimit['policy'], row: WindowRow, admitted: boolean): RateLimit {
  const { limit, windowMs } = row
  const times = admissions(row.hits, limit)
  const now = Math.max(row.now, times.at(-1) ?? 0)
  const counted = admitted ? times.filter((time) => time > now - windowMs) : times
  return {
    policy,
    limit,
    windowMs,
    remaining: admitted ? limit - counted.length : 0,
    // By the clock as it is, which will decide: after it has jumped back, the wait is longer.
    resetMs: Math.max(1, (counted[0] ?? now) + windowMs - row.now),
  }
}

/** The last `most` admission times, oldest first. */
function admissions(hits: string, most: number): number[] {
  const recent = hits.slice(-width * most)
  return Array.from({ length: recent.length / width }, (_, i) => Number(recent.slice(i * width, (i + 1) * width)))
}

/**
 * Rate limit headers: `X-RateLimit-*`, and
 * `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-11.
 */
export function rateLimitHeaders({ policy, limit, windowMs, remaining, resetMs }: RateLimit): Record<string, string> {
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'RateLimit-Policy': `"${policy}";q=${limit};w=${windowMs / 1000}`,
    RateLimit: `"${policy}";r=${remaining};t=${seconds(resetMs)}`,
  }
}

/** Whole seconds, at least 1, rounded up: waiting that long is always long enough. */
export function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000))
}
