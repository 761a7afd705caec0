import { type BoundStatement, build } from '../../../src/db/query'
import { audit } from '../../../src/db/schema/ledger'
import { keys, windows } from '../../../src/db/schema/tenants'
import { webhookDeliveries, webhookEndpoints } from '../../../src/db/schema/webhooks'
import { newId } from '../../../src/domain/id'
import type { ChangeEvent, Scope } from '../../../src/domain/vocabulary'
import type { Outcome } from '../../../src/domain/webhooks'
import { keyRow, mintKey } from '../../../src/gate/key-format'
import { mintSecret, sealSecret } from '../../../src/webhooks/secrets'
import { bound } from '../../operator/database'
import { before, type DemoIds } from './case-rows'
import type { DemoPerson } from './cases'

/** A system of the council that calls the API. Nobody has its key: it is there to be looked at. */
interface DemoSystem {
  name: string
  holder: DemoPerson
  scopes: readonly Scope[]
  /** Requests on a day, by how many days ago it is and its weekday, 0 on Sundays. */
  requests: (daysAgo: number, weekday: number) => number
}

/** Rises and falls a little from day to day, the same way in every demo. */
const wave = (daysAgo: number, width: number) => Math.round(width * Math.abs(Math.sin(daysAgo * 1.7)))

/** The demo's systems: a website, a nightly copy, and an export that was busy last Tuesday. */
const demoSystems: readonly DemoSystem[] = [
  {
    name: 'Website sync',
    holder: 'priya',
    scopes: ['wards:read', 'categories:read', 'events:read', 'news:read'],
    requests: (daysAgo, weekday) => (weekday % 6 === 0 ? 120 : 380) + wave(daysAgo, 90),
  },
  {
    name: 'CRM nightly copy',
    holder: 'priya',
    scopes: ['cases:read', 'cases:write', 'submissions:read'],
    requests: (daysAgo) => 640 + wave(daysAgo, 60),
  },
  {
    name: 'Open data export',
    holder: 'morgan',
    scopes: ['reports:read', 'wards:read'],
    requests: (daysAgo, weekday) => (weekday === 2 && daysAgo >= 1 && daysAgo <= 7 ? 4210 : wave(daysAgo, 40)),
  },
]

/** An attempt some days ago. */
type DemoAttempt = readonly [daysAgo: number, outcome: Outcome, status: number | null, ms: number]

interface DemoWebhook {
  url: string
  description: string
  events: readonly ChangeEvent[]
  enabled: boolean
  attempts: readonly DemoAttempt[]
}

/** The demo's webhooks: one that has worked so far, and one whose receiver has said that it is gone. */
const demoWebhooks: readonly DemoWebhook[] = [
  {
    url: 'https://crm.example.com/hooks/casework',
    description: 'Councillors’ profiles for the CRM',
    events: ['councillor_profile_updated'],
    enabled: true,
    attempts: [
      [21, 'delivered', 200, 184],
      [13, 'timeout', null, 10_000],
      [12.99, 'delivered', 200, 212],
      [3, 'delivered', 204, 96],
    ],
  },
  {
    url: 'https://old-site.example.com/refresh',
    description: 'Page cache of the old website',
    events: ['news_published', 'event_published'],
    enabled: false,
    attempts: [
      [25, 'delivered', 200, 301],
      [9, 'gone', 410, 77],
    ],
  },
]

/** A month of the demo: keys with their usage, webhooks with their deliveries, and the audit of what people did. */
export async function newActivity(
  tenantId: string,
  now: string,
  ids: DemoIds,
  webhookKeys: readonly string[],
): Promise<BoundStatement[]> {
  const systems = await Promise.all(demoSystems.map((one) => systemRows(one, tenantId, now, ids)))
  const hooks = await Promise.all(demoWebhooks.map((one) => webhookRows(one, tenantId, now, webhookKeys)))
  const acts = [
    ...systems.map(
      ({ key }) => ({ at: key.createdAt, by: 'morgan', action: 'key.create', type: 'key', id: key.id }) as const,
    ),
    ...hooks.map(
      ({ endpoint }) =>
        ({ at: endpoint.createdAt, by: 'morgan', action: 'webhook.create', type: 'webhook', id: endpoint.id }) as const,
    ),
    {
      at: before(now, 6),
      by: 'priya',
      action: 'category.update',
      type: 'category',
      id: ids.category('roads'),
    } as const,
  ]
  const entries = acts.flatMap(({ at, by, action, type, id }) => {
    const done = { tenantId, id: newId(at), at, keyId: null, userId: ids.person(by), action, targetType: type }
    return id === null ? [] : [{ ...done, targetId: id, requestId: null }]
  })
  return [
    bound(build.insert(keys).values(systems.map(({ key }) => key))),
    bound(build.insert(windows).values(systems.map(({ window }) => window))),
    bound(build.insert(webhookEndpoints).values(hooks.map(({ endpoint }) => endpoint))),
    bound(build.insert(webhookDeliveries).values(hooks.flatMap(({ deliveries }) => deliveries))),
    bound(build.insert(audit).values(entries)),
  ]
}

/** A system's key and the window of its family: the counts of its last 30 days, of which the last was an hour ago. */
async function systemRows({ name, holder, scopes, requests }: DemoSystem, tenantId: string, now: string, ids: DemoIds) {
  const createdAt = before(now, 60)
  const { newId: id, ...row } = await keyRow(mintKey(), createdAt)
  const days = Array.from({ length: 30 }, (_, index) => {
    const daysAgo = 29 - index
    const date = new Date(before(now, daysAgo))
    return { date: date.toISOString().slice(0, 10).replaceAll('-', ''), n: requests(daysAgo, date.getUTCDay()) }
  }).filter(({ n }) => n > 0)
  const key = {
    ...row,
    ...{ id, familyId: id, tenantId, userId: ids.person(holder), name, scopes: scopes.join(' ') },
    ...{ quota: null, windowSeconds: null, expiresAt: null, revokedAt: null, createdAt },
    ...{ allowedAddresses: null, allowedTree: null },
  }
  const window = {
    ...{ id, quota: 100, windowMs: 60_000, admissionId: '' },
    hits: String(Date.parse(now) - 3600_000).padStart(13, '0'),
    total: days.reduce((sum, { n }) => sum + n, 0),
    days: days.map(({ date, n }) => date + String(n).padStart(9, '0')).join(''),
  }
  return { key, window }
}

async function webhookRows(
  { attempts, events, ...shown }: DemoWebhook,
  tenantId: string,
  now: string,
  webhookKeys: readonly string[],
) {
  const createdAt = before(now, 40)
  const id = newId(createdAt)
  const sealed = webhookKeys.length > 0 && (await sealSecret({ WEBHOOK_KEY: webhookKeys.join(',') }, id, mintSecret()))
  const last = attempts.at(-1)
  const lastSuccess = attempts.findLast(([, outcome]) => outcome === 'delivered')
  const endpoint = {
    ...{ ...shown, id, tenantId, ownHost: 'localhost', payload: 'full' as const, events: events.join(' ') },
    ...{ secret: sealed || '', cursor: 0, lastStatus: last?.[2] ?? null, createdAt, updatedAt: createdAt },
    disabledReason: shown.enabled ? null : ('gone' as const),
    lastSuccessAt: lastSuccess ? before(now, lastSuccess[0]) : null,
  }
  const deliveries = attempts.map(([daysAgo, outcome, status, ms], index) => {
    const at = before(now, daysAgo)
    const event = events[index % events.length] ?? 'news_published'
    return { endpointId: id, id: newId(at), sequence: null, event, at, outcome, status, ms, manual: false }
  })
  return { endpoint, deliveries }
}
