import { call, costOf } from './call'
import { nextId } from './ids'
import { insert, makeKey, makeTenant, type TestTenant } from './tenants'

/** A published time later than all others: what the database keeps for a draft. */
export const never = 9_007_199_254_740_991

/** Events and news: what differs where the workflow is the same. */
export const kinds = [
  {
    kind: 'event',
    path: '/api/events',
    read: 'events:read',
    write: 'events:write',
    body: { title: 'Councillor surgery', startsAt: '2999-06-01T10:00:00.000Z' },
    columns: { title: 'Councillor surgery', type: 'surgery', starts_at: Date.UTC(2999, 5, 1, 10) },
  },
  {
    kind: 'news',
    path: '/api/news',
    read: 'news:read',
    write: 'news:write',
    body: { title: 'Library reopens', body: 'Doors open at nine.' },
    columns: { title: 'Library reopens', body: 'Doors open at nine.' },
  },
] as const

export type Kind = (typeof kinds)[number]

/** An item as it is answered. */
export interface Item extends Record<string, unknown> {
  id: string
  version: number
}

/** A tenant with an admin's key. */
export async function makeAdmin() {
  const tenant = await makeTenant()
  return { tenant, ...(await makeKey(tenant)) }
}

/** Inserts an item of a kind: a draft, or published at a moment. */
export async function makeItem(
  tenant: TestTenant,
  { kind, columns }: Kind,
  { publishedAt, ...others }: { publishedAt?: number; createdBy: string; externalId?: string; id?: string },
): Promise<string> {
  const id = others.id ?? nextId()
  const published = { approved: publishedAt === undefined ? 0 : 1, published_at: publishedAt ?? never }
  const by = {
    created_by: others.createdBy,
    external_id: others.externalId ?? null,
    created_at: 1000,
    updated_at: 1000,
  }
  await insert('publications', { id, tenant_id: tenant.id, kind, ...columns, ...published, ...by })
  return id
}

/** One call of a list, with where it leads on. */
export async function listed(key: string, path: string) {
  const response = await call(path, { key })
  const next = /^<(.+)>; rel="next"$/.exec(response.headers.get('Link') ?? '')?.[1]
  const items = await response.json<Item[]>()
  return {
    status: response.status,
    items,
    ids: response.ok ? items.map(({ id }) => id) : [],
    next,
    cost: costOf(response),
  }
}
