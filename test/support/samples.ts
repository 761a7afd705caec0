import { ulid } from 'ulid'
import type { Operation } from './routes'
import { insert, type TestTenant } from './tenants'

/** What the security battery needs to send one operation's request so that it succeeds. */
export interface Sample {
  /** Makes the row that the request is about and yields its id: the one in the path, where the path has one. */
  row?: (tenant: TestTenant) => Promise<string>
  /** A body that succeeds, given the row's id. */
  body?: (id: string) => Record<string, unknown>
  /** With its question mark, where the operation wants one. */
  query?: string
}

/** One sample per `operationId`. A new route needs a line here and nothing else to be put through the battery. */
const samples: Record<string, Sample> = {
  getMe: {},
  listCases: {},
  createCase: { body: () => ({ residentName: 'Alex Resident', summary: 'Pothole outside the school' }) },
  getCase: { row: makeCase },
  updateCase: { row: makeCase, body: () => ({ summary: 'Two potholes outside the school' }) },
  addCaseNote: { row: makeCase, body: () => ({ body: 'Called the resident back.' }) },
}

/** The sample of an operation. Throws, saying what to add, where there is none or half of one. */
export function sampleOf({ id, takesBody, namesId }: Operation): Sample {
  const sample = samples[id]
  const missing = [
    sample === undefined && 'sample',
    namesId && !sample?.row && 'row',
    takesBody && !sample?.body && 'body',
  ].filter((one) => one !== false)
  if (sample && missing.length === 0) return sample
  throw new Error(`Add a sample for "${id}" to test/support/samples.ts (missing: ${missing.join(', ')})`)
}

let serial = 0

/** Inserts a case of a tenant and yields its id; columns by their SQL names. */
export async function makeCase(tenant: TestTenant, columns: Record<string, unknown> = {}): Promise<string> {
  serial += 1
  const id = ulid()
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

/** Inserts a ward or a category of a tenant and yields its id. */
export async function makePlace(
  table: 'wards' | 'categories',
  tenant: TestTenant,
  { name = 'Arwenack', enabled = true }: { name?: string; enabled?: boolean } = {},
): Promise<string> {
  const id = ulid()
  const now = Date.now()
  const row = { id, tenant_id: tenant.id, name, name_key: name.toLowerCase(), enabled: enabled ? 1 : 0 }
  await insert(table, { ...row, created_at: now, updated_at: now }, tenant.cell)
  return id
}
