/** Rows of one tenant as they were legal from the first migration on, by table and column. Times are Unix milliseconds. */

type Row = Record<string, string | number | null>

const [march, april] = [1_772_355_600_000, 1_775_034_000_000]
const stamps = { created_at: march, updated_at: march }

const aCase = (serial: number, row: Row): Row => ({
  id: `C${serial}`,
  tenant_id: 'T1',
  serial,
  reference: `CW-2026-000${serial}`,
  status: 'new',
  resident_name: 'Alex Resident',
  summary: 'Street light out',
  source_channel: 'email',
  ...stamps,
  ...row,
})

const firstRows: Record<string, Row[]> = {
  tenants: [{ id: 'T1', slug: 'acme', name: 'Acme', plan: 'council', created_at: march }],
  users: [
    { id: 'U1', tenant_id: 'T1', name: 'Jane', email: 'Jane@example.com', role: 'admin', created_at: march },
    {
      id: 'U2',
      tenant_id: 'T1',
      name: 'Sam',
      email: 'sam@example.com',
      role: 'caseworker',
      enabled: 0,
      created_at: march,
    },
  ],
  keys: [
    {
      ...{
        hash: 'aa',
        id: 'K1',
        family_id: 'K1',
        tenant_id: 'T1',
        user_id: 'U1',
        prefix: 'sk_cw0_abcd',
        scopes: 'cases:read',
      },
      ...{ revoked_at: null, created_at: march },
    },
    {
      ...{
        hash: 'bb',
        id: 'K2',
        family_id: 'K2',
        tenant_id: 'T1',
        user_id: 'U1',
        prefix: 'sk_cw0_efgh',
        scopes: 'cases:read',
      },
      ...{ revoked_at: april, created_at: march },
    },
  ],
  windows: [
    { id: 'K1', quota: 100, window_ms: 60_000, hits: String(march), mark: 'M1', total: 1, days: '20260301000000001' },
  ],
  wards: [{ id: 'W1', tenant_id: 'T1', name: 'Fore Straße', name_key: 'fore straße', code: 'E05009270', ...stamps }],
  ward_councillors: [{ ward_id: 'W1', user_id: 'U1' }],
  categories: [{ id: 'G1', tenant_id: 'T1', name: 'Highways', name_key: 'highways', ...stamps }],
  cases: [
    aCase(1, { resident_name: 'Łukasz Example', resident_postcode: 'TR11AA', ward_id: 'W1', category_id: 'G1' }),
    aCase(2, { status: 'resolved', assignee_id: 'U2', resolved_at: april, external_id: 'X-2' }),
    aCase(3, { status: 'closed', resolved_at: april, closed_at: april, ward_id: 'W1', archived: 1 }),
  ],
  timeline: [{ case_id: 'C1', id: 'E1', type: 'note', body: 'Called back', actor_id: 'U1', created_at: march }],
  counters: [{ tenant_id: 'T1', kind: 'case', year: 2026, n: 3 }],
  idempotency: [
    {
      owner: 'K1',
      route: 'POST /api/cases',
      key: 'I1',
      request_hash: 'cc',
      status: 201,
      body: '{}',
      created_at: march,
    },
  ],
  audit: [
    { tenant_id: 'T1', id: 'A1', at: march, key_id: 'K1', action: 'case.create', target_type: 'case', target_id: 'C1' },
  ],
}

/** Rows of tables that a later migration has made, by its number. */
const laterRows: Record<number, Record<string, Row[]>> = {
  2: {
    publications: [{ id: 'P1', tenant_id: 'T1', kind: 'news', title: 'Road works', created_by: 'U1', ...stamps }],
    submissions: [
      {
        ...{
          id: 'S1',
          tenant_id: 'T1',
          reference: 'CF-2026-0001',
          status: 'new',
          name: 'Łukasz Example',
          postcode: 'TR11AA',
        },
        ...{ email: 'lukasz@example.com', message: 'A pothole', spam_reasons: '[]', ...stamps },
      },
    ],
  },
  4: {
    postcode_releases: [{ id: 1, name: 'May 2026', loaded_at: march, active: 1 }],
    postcode_wards: [{ release_id: 1, postcode: 'TR11AA', ward_code: 'E05009270', council_code: 'E06000052' }],
  },
  11: {
    changes: [
      {
        tenant_id: 'T1',
        sequence: 1,
        id: 'H1',
        event: 'case_created',
        at: march,
        target_type: 'case',
        target_id: 'C1',
      },
    ],
  },
  12: {
    webhook_endpoints: [
      {
        ...{
          id: 'N1',
          tenant_id: 'T1',
          url: 'https://example.com/hook',
          own_host: 'gateway.example.com',
          events: '["*"]',
        },
        ...{ payload: 'full', secret: 'encrypted', cursor: 1, ...stamps },
      },
    ],
    webhook_deliveries: [
      {
        endpoint_id: 'N1',
        id: 'D1',
        sequence: 1,
        event: 'case_created',
        at: march,
        outcome: 'delivered',
        status: 204,
        ms: 12,
        manual: 0,
      },
    ],
    webhook_parked: [{ endpoint_id: 'N1', sequence: 1, attempts: 2, next_attempt_at: april }],
  },
  15: {
    disclosures: [
      { tenant_id: 'T1', day: '2026-03-01', target_type: 'case', target_id: 'C1', key_id: 'K1', user_id: 'U1' },
    ],
  },
}

/** Every row that a database could hold after the migrations up to a number. */
export function rowsAt(migration: number): { table: string; row: Row }[] {
  const later = Object.entries(laterRows).filter(([since]) => Number(since) <= migration)
  const tables = [firstRows, ...later.map(([, rows]) => rows)]
  return tables.flatMap((rows) => Object.entries(rows)).flatMap(([table, all]) => all.map((row) => ({ table, row })))
}
