/** What all cookies of the console are: this host's only, out of reach for script, sent to pages that this site leads to. */
export const cookie = { prefix: 'host', httpOnly: true, secure: true, sameSite: 'Strict', path: '/' } as const
