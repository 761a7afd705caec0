/** What D1 says when it cannot do what it was asked, and what the gateway must make of it. */
export interface D1Error {
  /** The message of the error that D1's binding throws. */
  text: string
  status: 500 | 503
  /** True if it stays so until midnight UTC. */
  isDaily?: true
  source: string
}

/** Cloudflare's list of errors, https://developers.cloudflare.com/d1/observability/debug-d1/. */
const debugD1 = 'debug-d1'
/** Cloudflare's limits, https://developers.cloudflare.com/d1/platform/limits/. */
const limits = 'limits'
/** SQLite's result codes, https://www.sqlite.org/rescode.html, as D1 puts them at the end of a message. */
const rescode = 'sqlite.org/rescode'
/** Messages that Workers have been seen to get and that no page lists. */
const field = 'seen in the field'

/** Every error text that is documented, once each. */
export const d1Errors: readonly D1Error[] = [
  { text: 'D1_ERROR: D1 DB reset because its code was updated.', status: 503, source: debugD1 },
  {
    text: 'D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.',
    status: 503,
    source: debugD1,
  },
  {
    text: 'D1_ERROR: Internal error in D1 DB storage caused object to be reset.',
    status: 503,
    source: debugD1,
  },
  { text: 'D1_ERROR: Network connection lost.', status: 503, source: debugD1 },
  { text: 'D1_ERROR: Replica disconnected from primary.', status: 503, source: debugD1 },
  {
    text: 'D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.',
    status: 503,
    source: debugD1,
  },
  {
    text: "D1_ERROR: Can't read from request stream because client disconnected.",
    status: 503,
    source: debugD1,
  },
  {
    text: 'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
    status: 503,
    source: debugD1,
  },
  { text: 'D1_ERROR: D1 DB is overloaded. Requests queued for too long.', status: 503, source: debugD1 },
  { text: 'D1_ERROR: D1 DB is overloaded. Too many requests queued.', status: 503, source: debugD1 },
  {
    text: "D1_ERROR: D1 DB's isolate exceeded its memory limit and was reset.",
    status: 503,
    source: debugD1,
  },
  { text: 'D1_ERROR: D1 DB exceeded its CPU time limit and was reset.', status: 503, source: debugD1 },
  {
    text: "D1_ERROR: Your account has exceeded D1's free tier daily row read limit. Upgrade to a paid plan or wait until tomorrow (midnight UTC)",
    status: 503,
    isDaily: true,
    source: debugD1,
  },
  {
    text: "D1_ERROR: Your account has exceeded D1's free tier daily row write limit. Upgrade to a paid plan or wait until tomorrow (midnight UTC)",
    status: 503,
    isDaily: true,
    source: debugD1,
  },
  {
    text: "D1_ERROR: Your account has exceeded D1's maximum account storage limit, please contact Cloudflare to raise your limit.",
    status: 503,
    source: debugD1,
  },
  { text: 'D1_ERROR: Exceeded maximum DB size.', status: 503, source: debugD1 },
  { text: 'D1_ERROR: internal error; reference = 0123456789abcdef', status: 503, source: field },
  { text: 'D1_ERROR: database is locked: SQLITE_BUSY', status: 503, source: rescode },
  { text: 'D1_ERROR: database or disk is full: SQLITE_FULL', status: 503, source: rescode },
  { text: 'D1_ERROR: disk I/O error: SQLITE_IOERR', status: 503, source: rescode },
  { text: 'D1_ERROR: out of memory: SQLITE_NOMEM', status: 503, source: rescode },
  // From here on mistakes of ours, which another try does not mend.
  { text: 'D1_ERROR: No SQL statements detected.', status: 500, source: debugD1 },
  { text: 'D1_EXEC_ERROR: Error in line 1: SELEC 1: incomplete input', status: 500, source: debugD1 },
  {
    text: "D1_TYPE_ERROR: Type 'object' not supported for value '[object Object]'",
    status: 500,
    source: debugD1,
  },
  { text: 'D1_COLUMN_NOTFOUND: Column not found (hits)', status: 500, source: debugD1 },
  { text: 'D1_ERROR: too many SQL variables at offset 512: SQLITE_ERROR', status: 500, source: limits },
  { text: 'D1_ERROR: string or blob too big: SQLITE_TOOBIG', status: 500, source: limits },
]
