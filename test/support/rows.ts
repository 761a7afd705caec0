import { nextId } from './ids'
import { d1Of, insert, type TestTenant } from './tenants'

type Columns = Record<string, unknown>

let serial = 0

/** Inserts a case of a tenant and yields its id; columns by their SQL names. */
export async function makeCase(tenant: TestTenant, columns: Columns = {}): Promise<string> {
  serial += 1
  const id = typeof columns.id === 'string' ? columns.id : nextId()
  const row = {
    id,
    tenant_id: tenant.id,
    // A year that no test creates cases in, so that numbers taken by the API never meet these.
    serial: 1999 * 1_000_000 + serial,
    reference: `CW-1999-${String(serial).padStart(4, '0')}`,
    status: 'open',
    resident_name: 'Alex Resident',
    summary: 'Pothole outside the school',
    source_channel: 'phone',
    created_at: Date.now(),
    updated_at: Date.now(),
  }
  await insert('cases', { ...row, ...columns }, tenant.cell)
  return id
}

/** Inserts so many cases of a tenant in one statement: the n-th is `Number <n>`, made n seconds after `from`. */
export async function makeCases(tenant: TestTenant, count: number, columns: Columns = {}, from = 0): Promise<void> {
  const row: Columns = { status: 'open', resident_name: 'Alex Resident', source_channel: 'phone', ...columns }
  const names = Object.keys(row)
  const placeholders = names.map((_, index) => `?${index + 4}`)
  const before = serial
  serial += count
  const sql = `
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ?2)
    insert into cases (id, tenant_id, serial, reference, summary, created_at, updated_at, ${names.join(', ')})
    select ?1 || printf('-%06d', ${before} + n), ?1, 1998000000 + ${before} + n, printf('CW-1998-%04d', ${before} + n),
      'Number ' || n, ?3 + n * 1000, ?3 + n * 1000, ${placeholders.join(', ')} from numbers`
  await d1Of(tenant.cell)
    .prepare(sql)
    .bind(tenant.id, count, from, ...Object.values(row))
    .run()
}

/** Inserts a ward or a category of a tenant and yields its id; columns by their SQL names. */
export async function makePlace(
  table: 'wards' | 'categories',
  tenant: TestTenant,
  { name = 'Arwenack', ...columns }: Columns & { name?: string } = {},
): Promise<string> {
  const id = nextId()
  const now = Date.now()
  const row = { id, tenant_id: tenant.id, name, name_key: name.toLowerCase(), created_at: now, updated_at: now }
  await insert(table, { ...row, ...columns }, tenant.cell)
  return id
}

let messages = 0

/** Inserts a message from the contact form and yields its id; columns by their SQL names. */
export async function makeSubmission(tenant: TestTenant, columns: Columns = {}): Promise<string> {
  messages += 1
  const id = nextId()
  const row = {
    id,
    tenant_id: tenant.id,
    reference: `CF-1999-${String(messages).padStart(4, '0')}`,
    status: 'new',
    name: 'Alex Resident',
    email: 'alex@example.com',
    message: 'There is a deep hole outside the school.',
    spam_reasons: '[]',
    created_at: Date.now(),
    updated_at: Date.now(),
  }
  await insert('submissions', { ...row, ...columns }, tenant.cell)
  return id
}
