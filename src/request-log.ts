import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { AppEnv } from './app-env'
import { type Meter, newMeter } from './db/batch'
import { type ApiError, causeOf } from './errors'
import { keyOf } from './gate/credentials'
import { cellOfKey, prefixLength } from './gate/key-format'
import { settingsOf } from './settings'

/**
 * Writes one JSON line per request, from an allow-list: never a URL, a key, a body, an address or a name.
 * With `SERVER_TIMING=true` the response states its cost too; a 401 does not, since its row counts would distinguish
 * an unknown key from a revoked one.
 */
export function requestLog(now = Date.now, log: (line: string) => void = console.log) {
  return createMiddleware<AppEnv>(async function requestLog(c, next) {
    const { serverTiming } = settingsOf(c.env)
    const startedAt = now()
    const meter = newMeter()
    c.set('meter', meter)
    await next()
    log(JSON.stringify(lineOf(c, meter, startedAt, now())))
    if (serverTiming && c.res.status !== 401) c.res.headers.set('Server-Timing', timingOf(meter))
  })
}

function lineOf(c: Context<AppEnv>, meter: Meter, startedAt: number, endedAt: number) {
  const gate = c.get('gate')
  const principal = gate?.passed ? gate.principal : undefined
  const publicGate = c.get('publicGate')
  return {
    time: new Date(startedAt).toISOString(),
    requestId: c.var.requestId,
    method: c.req.method,
    route: routePath(c),
    status: c.res.status,
    ms: endedAt - startedAt,
    tenantId: publicGate?.passed ? publicGate.tenant.id : principal?.tenant.id,
    keyId: principal?.key.id,
    role: principal?.role,
    ...reasonOf(c),
    d1Trips: meter.trips,
    d1Statements: meter.statements,
    d1RowsRead: meter.rowsRead,
    d1RowsWritten: meter.rowsWritten,
  }
}

/** The reason for a refusal: its code, the fields at fault, the prefix of a rejected key, the cause of a 5xx. */
function reasonOf(c: Context<AppEnv>) {
  const refusal = c.get('refusal')
  if (!refusal || c.res.status < 400) return
  return {
    error: refusal.code,
    fields: fieldsAtFault(refusal),
    keyPrefix: refusal.status === 401 ? prefixOfKey(c.req.raw.headers) : undefined,
    cause: refusal.status >= 500 ? causeOf(refusal) : undefined,
  }
}

/** Names of the fields at fault. An unknown field has the caller's own name, which may say anything. */
function fieldsAtFault({ details }: ApiError): string[] | undefined {
  // An origin's details are passed on unchanged, in any shape.
  const fields: unknown = details?.fields
  if (typeof fields !== 'object' || fields === null) return
  const names = Object.entries(fields).map(([name, fault]: [string, unknown]) =>
    isNamedByUs(name, fault) ? name : '(unknown)',
  )
  return [...new Set(names)]
}

const isNamedByUs = (name: string, fault: unknown) =>
  /^[a-zA-Z][\w.-]{0,63}$/.test(name) &&
  typeof fault === 'object' &&
  fault !== null &&
  'code' in fault &&
  fault.code !== 'unknown'

/** The prefix of a well-formed key, as shown in lists. */
function prefixOfKey(headers: Headers): string | undefined {
  const key = keyOf(headers)
  return key !== undefined && cellOfKey(key) !== undefined ? key.slice(0, prefixLength) : undefined
}

/** The cost in D1 as `Server-Timing` (W3C). */
function timingOf({ durationMs, trips, rowsRead, rowsWritten }: Meter): string {
  return `d1;dur=${durationMs.toFixed(1)}, trips;desc="${trips}", rows-read;desc="${rowsRead}", rows-written;desc="${rowsWritten}"`
}
