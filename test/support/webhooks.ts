import { env } from 'cloudflare:workers'
import { Webhook } from 'standardwebhooks'
import { vi } from 'vitest'
import type { ChangeEvent } from '../../src/domain/vocabulary'
import { mintSecret, sealSecret } from '../../src/webhooks/secrets'
import { nextId } from './ids'
import { d1Of, insert, type TestTenant } from './tenants'

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

/** An endpoint's row. */
export async function endpointRow(id: string, cell = 0): Promise<Columns> {
  return (await d1Of(cell).prepare('select * from webhook_endpoints where id = ?').bind(id).first()) ?? {}
}

/** An endpoint's attempts, oldest first. */
export async function attemptsOf(id: string): Promise<Columns[]> {
  const { results } = await d1Of()
    .prepare('select sequence, event, outcome, status, manual from webhook_deliveries where endpoint_id = ? order by id')
    .bind(id)
    .all()
  return results
}

/** Makes an endpoint due, whatever its schedule and whoever is sending. */
export async function makeDue(id: string): Promise<void> {
  const sql = 'update webhook_endpoints set next_attempt_at = null, lease = null, lease_until = null where id = ?'
  await d1Of().prepare(sql).bind(id).run()
}

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
