/** What a limit of a key's own may be, both ends included: requests, and the seconds of their window. */
export const keyLimits = {
  requests: { least: 1, most: 1000 },
  windowSeconds: { least: 1, most: 3600 },
} as const
