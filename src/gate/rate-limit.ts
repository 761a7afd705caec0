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
  const recent = row.hits.slice(-width * limit)
  const size = recent.length / width
  const timeAt = (index: number) => Number(recent.slice(index * width, (index + 1) * width))
  const now = Math.max(row.now, size > 0 ? timeAt(size - 1) : 0)
  const first = admitted ? firstAfter(now - windowMs, size, timeAt) : 0
  return {
    policy,
    limit,
    windowMs,
    remaining: admitted ? limit - (size - first) : 0,
    // By the clock as it is, which will decide: after it has jumped back, the wait is longer.
    resetMs: Math.max(1, (first < size ? timeAt(first) : now) + windowMs - row.now),
  }
}

/** Index of the first time after another, or `size`: times never go down, so that ten of a thousand are looked at. */
function firstAfter(time: number, size: number, timeAt: (index: number) => number): number {
  let low = 0
  let high = size
  while (low < high) {
    const middle = (low + high) >> 1
    if (timeAt(middle) > time) high = middle
    else low = middle + 1
  }
  return low
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
