import { env } from 'cloudflare:workers'
import { Webhook } from 'standardwebhooks'
import { vi } from 'vitest'
import type { ChangeEvent } from '../../src/domain/vocabulary'
import type { Env } from '../../src/settings'
import { mintSecret, sealSecret } from '../../src/webhooks/secrets'
import { drain, realClock } from '../../src/webhooks/sender'
import { nextId } from './ids'
import { d1Of, insert, makeKey, makeTenant, type TestTenant } from './tenants'

type Columns = Record<string, unknown>

const secrets = new Map<string, string>()

/** Inserts an endpoint of a tenant and yields its id; columns by their SQL names. */
export async function makeEndpoint(tenant: TestTenant, columns: Columns = {}): Promise<string> {
  const id = nextId()
  const secret = mintSecret()
  secrets.set(id, secret)
  const row = {
    id,
    tenant_id: tenant.id,
    url: `https://crm.example.com/${id}`,
    own_host: 'gateway.example',
    events: 'case_created case_status_changed',
    payload: 'full',
    secret: await sealSecret(env, id, secret),
    cursor: 0,
    created_at: Date.now(),
    updated_at: Date.now(),
  }
  await insert('webhook_endpoints', { ...row, ...columns }, tenant.cell)
  return id
}

/** The secret of an endpoint that `makeEndpoint` has made. */
export function secretOf(id: string): string {
  return secrets.get(id) ?? ''
}

/** Adds one change to a tenant's log and yields its sequence; columns by their SQL names. */
export async function makeChange(tenant: TestTenant, event: ChangeEvent = 'case_created', columns: Columns = {}) {
  const d1 = d1Of(tenant.cell)
  const of = 'select coalesce(max(sequence), 0) + 1 as n from changes where tenant_id = ?'
  const sequence = (await d1.prepare(of).bind(tenant.id).first<number>('n')) ?? 1
  const row = {
    tenant_id: tenant.id,
    sequence,
    id: `chg_${nextId()}`,
    event,
    at: Date.now(),
    target_type: 'case',
    target_id: 'a-case',
    reference: 'CW-2026-0042',
  }
  await insert('changes', { ...row, ...columns }, tenant.cell)
  return sequence
}

/** Sends to an endpoint in a run of so many milliseconds, where each answer takes so long. Yields what was received. */
export async function sendSlowly(
  id: string,
  { answer, eachMs, runMs }: { answer: number; eachMs: number; runMs: number },
) {
  let now = Date.now()
  const received = receive(() => {
    now += eachMs
    return status(answer)
  })
  await drain({ env, d1: d1Of(), cell: 0 }, id, now + runMs, { ...realClock, now: () => now, log: () => undefined })
  return received
}

/** An endpoint's row. */
export async function endpointRow(id: string, cell = 0): Promise<Columns> {
  return (await d1Of(cell).prepare('select * from webhook_endpoints where id = ?').bind(id).first()) ?? {}
}

/** An endpoint's attempts, oldest first. */
export async function attemptsOf(id: string): Promise<Columns[]> {
  const { results } = await d1Of()
    .prepare(
      'select sequence, event, outcome, status, manual from webhook_deliveries where endpoint_id = ? order by id',
    )
    .bind(id)
    .all()
  return results
}

/** Makes an endpoint due, whatever its schedule and whoever is sending. */
export async function makeDue(id: string): Promise<void> {
  const sql = 'update webhook_endpoints set next_attempt_at = null, lease = null, lease_until = null where id = ?'
  await d1Of().prepare(sql).bind(id).run()
}

/** Sends to an endpoint what it has, without sitting out a wait. */
export function sendTo(id: string, bindings: Partial<Env> = {}, lines: Record<string, unknown>[] = []) {
  const log = (line: string) => lines.push(JSON.parse(line))
  const place = { env: { ...env, ...bindings }, d1: bindings.DB ?? d1Of(), cell: 0 }
  return drain(place, id, Date.now() + 3900, { ...realClock, random: () => 0.5, log })
}

/** A tenant's endpoint with so many changes to send. */
export async function arrangeEndpoint(count: number, columns: Columns = {}) {
  const tenant = await makeTenant()
  const id = await makeEndpoint(tenant, columns)
  for (let n = 0; n < count; n++) await makeChange(tenant)
  return { tenant, id }
}

/** A tenant whose plan has webhooks, and a key of its admin. */
export async function arrangeAdmin() {
  const tenant = await makeTenant({ plan: 'team' })
  const admin = await makeKey(tenant)
  return { tenant, admin, key: admin.key }
}

/** A webhook as it is answered when it was created or its secret was rotated. */
export interface MadeWebhook {
  id: string
  secret: string
  [field: string]: unknown
}

/** The outcomes of an endpoint's attempts, each with its sequence, oldest first. */
export const outcomesOf = async (id: string) =>
  (await attemptsOf(id)).map(({ sequence, outcome }) => [sequence, outcome])

/** An answer of this status. */
export const status = (code: number) => new Response(null, { status: code })

/** A message as a receiver got it. */
export interface Received {
  url: string
  headers: Headers
  body: string
  /** The body's JSON. */
  message: { event: string; timestamp: string; sequence: number; data: Columns }
}

/** A `fetch` that stands in for the world: what it was sent, and what it answers. */
export function receive(answer: (received: Received) => Response | Promise<Response> = () => new Response()) {
  const received: Received[] = []
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init)
    const body = await request.clone().text()
    const one = { url: request.url, headers: request.headers, body, message: JSON.parse(body) }
    received.push(one)
    const { signal } = request
    const abandoned = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
    })
    return Promise.race([answer(one), abandoned])
  })
  return received
}

/** Verifies a message by the reference implementation. Throws where it is not signed with the secret. */
export function verified({ headers, body }: Received, secret: string): unknown {
  return new Webhook(secret).verify(body, Object.fromEntries(headers))
}
