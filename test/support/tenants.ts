import { env } from 'cloudflare:workers'
import { allowanceOf } from '../../src/domain/address-ranges'
import { type Plan, type Role, scopes } from '../../src/domain/vocabulary'
import { hashKey, mintKey, prefixLength } from '../../src/gate/key-format'
import { databaseOf } from '../../src/settings'
import { nextId } from './ids'

/** The cell's database as tests bind it. */
export function d1Of(cell = 0): D1Database {
  const d1 = databaseOf(env, cell)
  if (!d1) throw new Error(`No database for cell ${cell}`)
  return d1
}

/** Inserts one row, columns by their SQL names. */
export async function insert(table: string, row: Record<string, unknown>, cell = 0): Promise<void> {
  const names = Object.keys(row)
  const sql = `insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`
  await d1Of(cell)
    .prepare(sql)
    .bind(...Object.values(row))
    .run()
}

export interface TestTenant {
  id: string
  slug: string
  cell: number
}

/**
 * A tenant of its own for one test. Its disclosures are not recorded, so that what a test counts is the request's own.
 *
 * @param disclosures null for a tenant as it is made by default
 */
export async function makeTenant({
  plan = 'council',
  cell = 0,
  disclosures = 'off',
}: {
  plan?: Plan
  cell?: number
  disclosures?: 'on' | 'off' | null
} = {}): Promise<TestTenant> {
  const id = nextId()
  const slug = `t-${id.toLowerCase()}`
  const row = { id, slug, name: `Council ${id}`, plan, created_at: Date.now() }
  await insert('tenants', { ...row, disclosures }, cell)
  return { id, slug, cell }
}

export interface TestUser {
  id: string
  name: string
  role: Role
}

export async function makeUser(
  tenant: TestTenant,
  { role = 'admin', enabled = true, name = `User ${role}` }: { role?: Role; enabled?: boolean; name?: string } = {},
): Promise<TestUser> {
  const id = nextId()
  const row = { id, tenant_id: tenant.id, name, email: `${id}@example.com`, role, enabled: enabled ? 1 : 0 }
  await insert('users', { ...row, created_at: Date.now() }, tenant.cell)
  return { id, name, role }
}

export interface KeyOptions {
  role?: Role
  user?: TestUser
  scopes?: readonly string[]
  limit?: number
  windowSeconds?: number
  expiresAt?: number
  revokedAt?: number
  familyId?: string
  /** Canonical ranges. */
  allowedAddresses?: readonly string[]
}

export interface TestKey {
  /** What the caller sends. */
  key: string
  id: string
  hash: string
  familyId: string
  user: TestUser
}

/** A key of a tenant, by default an admin's with every scope and room for 1,000 requests a minute. */
export async function makeKey(tenant: TestTenant, options: KeyOptions = {}): Promise<TestKey> {
  const user = options.user ?? (await makeUser(tenant, { role: options.role ?? 'admin' }))
  const key = mintKey(tenant.cell)
  const id = nextId()
  const hash = await hashKey(key)
  const familyId = options.familyId ?? id
  const { allowedAddresses, allowedTree } = allowanceOf(options.allowedAddresses ?? null)
  await insert(
    'keys',
    {
      hash,
      id,
      family_id: familyId,
      tenant_id: tenant.id,
      user_id: user.id,
      name: null,
      prefix: key.slice(0, prefixLength),
      scopes: (options.scopes ?? scopes).join(' '),
      quota: options.limit ?? 1000,
      window_seconds: options.windowSeconds ?? 60,
      expires_at: options.expiresAt ?? null,
      revoked_at: options.revokedAt ?? null,
      created_at: Date.now(),
      allowed_addresses: allowedAddresses,
      allowed_tree: allowedTree,
    },
    tenant.cell,
  )
  return { key, id, hash, familyId, user }
}
