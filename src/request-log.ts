import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { AppEnv } from './app-env'
import { type Meter, newMeter } from './db/batch'
import { settingsOf } from './settings'

/**
 * Writes one JSON line per request, by an allow-list: never a URL, a key, a body, an address or a name.
 * With `SERVER_TIMING=true` the response says what it cost, too; a 401 does not, since its row counts would tell
 * an unknown key from a revoked one.
 */
export function requestLog(now = Date.now, log: (line: string) => void = console.log) {
  return createMiddleware<AppEnv>(async function requestLog(c, next) {
    const { serverTiming } = settingsOf(c.env)
    const startedAt = now()
    const meter = newMeter()
    c.set('meter', meter)
    await next()
    const gate = c.get('gate')
    const principal = gate?.passed ? gate.principal : undefined
    const publicGate = c.get('publicGate')
    log(
      JSON.stringify({
        time: new Date(startedAt).toISOString(),
        requestId: c.var.requestId,
        method: c.req.method,
        route: routePath(c),
        status: c.res.status,
        ms: now() - startedAt,
        tenantId: publicGate?.passed ? publicGate.tenant.id : principal?.tenant.id,
        keyId: principal?.key.id,
        role: principal?.role,
        d1Trips: meter.trips,
        d1RowsRead: meter.rowsRead,
        d1RowsWritten: meter.rowsWritten,
      }),
    )
    if (serverTiming && c.res.status !== 401) c.header('Server-Timing', timingOf(meter))
  })
}

/** What D1 was asked for, as `Server-Timing` (W3C). */
function timingOf({ durationMs, trips, rowsRead, rowsWritten }: Meter): string {
  return `d1;dur=${durationMs.toFixed(1)}, trips;desc="${trips}", rows-read;desc="${rowsRead}", rows-written;desc="${rowsWritten}"`
}
