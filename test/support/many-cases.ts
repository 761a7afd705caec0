import { monotonicFactory, ulid } from 'ulid'
import { makeCase } from './rows'
import { d1Of, insert, makeKey, makeTenant, makeUser, type TestTenant, type TestUser } from './tenants'

/** What seeded cases refer to. */
export interface Surroundings {
  wardIds: string[]
  categoryIds: string[]
  assignees: TestUser[]
}

export interface ManyCases extends Surroundings {
  /** Oldest first, one created each minute from `firstCreatedAt` on. */
  ids: string[]
}

/** When the first seeded case was created. */
export const firstCreatedAt = Date.UTC(2026, 0, 1)

const minute = 60_000
const perStatement = 10_000

/** Eight wards, six categories and five caseworkers. */
export async function makeSurroundings(tenant: TestTenant): Promise<Surroundings> {
  return {
    wardIds: await makeNamed('wards', tenant, 8),
    categoryIds: await makeNamed('categories', tenant, 6),
    assignees: await Promise.all(Array.from({ length: 5 }, () => makeUser(tenant, { role: 'caseworker' }))),
  }
}

async function makeNamed(table: 'wards' | 'categories', tenant: TestTenant, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => ulid())
  for (const [i, id] of ids.entries()) {
    const named = { name: `${table} ${i}`, name_key: `${table} ${i}`, created_at: 0, updated_at: 0 }
    await insert(table, { id, tenant_id: tenant.id, ...named }, tenant.cell)
  }
  return ids
}

// Each column takes another stride through the numbers, so that statuses, wards and people mix.
const manyCases = `
  insert into cases (id, tenant_id, serial, reference, external_id, status, archived, resident_name, resident_postcode,
    summary, description, source_channel, category_id, ward_id, assignee_id, created_at, updated_at)
  select
    ids.value, ?1, 2026000000 + n, printf('CW-2026-%04d', n), printf('crm-%d', n),
    case when n * 37 % 100 < 30 then 'open' when n * 37 % 100 < 50 then 'in_progress'
      when n * 37 % 100 < 70 then 'resolved' else 'closed' end,
    n * 61 % 100 < 10,
    printf('Resident %d', n), printf('TR%d%dAA', 1 + n % 20, n % 10),
    printf('%s in street %d', json_extract('["Pothole", "Damp", "Noise", "Litter", "Lamp"]', printf('$[%d]', n % 5)), n),
    case when n % 1000 = 7 then 'A quagmire' else 'Reported by a resident' end,
    json_extract('["email", "phone", "web_form"]', printf('$[%d]', n % 3)),
    json_extract(?3, printf('$[%d]', n * 13 % json_array_length(?3))),
    json_extract(?4, printf('$[%d]', n * 29 % json_array_length(?4))),
    case when n % 8 > 0 then json_extract(?5, printf('$[%d]', n * 17 % json_array_length(?5))) end,
    ?6 + n * 60000, ?6 + n * 60000 + n * 7919 % 1000 * 60000
  from (select value, ?7 + key + 1 as n from json_each(?2)) ids`

const countOn = `
  insert into counters (tenant_id, kind, year, n) values (?, 'CW', 2026, ?) on conflict do update set n = excluded.n`

interface Options {
  count: number
  /** How many cases the tenant has already. */
  after?: number
  around?: Surroundings
  /** Whose the cases are, instead of the surroundings' caseworkers. */
  assignees?: TestUser[]
}

/**
 * Seeds a tenant with cases: the n-th is `CW-2026-<n>`, a tenth are archived, an eighth are nobody's, statuses lie
 * 30 : 20 : 20 : 30, one in a thousand holds the word "quagmire", and updates do not come in the order of creation.
 */
export async function seedCases(
  tenant: TestTenant,
  { count, after = 0, around, assignees }: Options,
): Promise<ManyCases> {
  const surroundings = around ?? (await makeSurroundings(tenant))
  const people = assignees ?? surroundings.assignees
  const next = monotonicFactory()
  const ids = Array.from({ length: count }, (_, i) => next(firstCreatedAt + (after + i + 1) * minute))
  for (let done = 0; done < count; done += perStatement) {
    await d1Of(tenant.cell)
      .prepare(manyCases)
      .bind(
        tenant.id,
        JSON.stringify(ids.slice(done, done + perStatement)),
        JSON.stringify(surroundings.categoryIds),
        JSON.stringify(surroundings.wardIds),
        JSON.stringify(people.map(({ id }) => id)),
        firstCreatedAt,
        after + done,
      )
      .run()
  }
  await d1Of(tenant.cell)
    .prepare(countOn)
    .bind(tenant.id, after + count)
    .run()
  return { ...surroundings, assignees: people, ids }
}

let shared: Promise<ManyCases & { key: string }> | undefined

/** 11,300 cases of one ward, more than any total counts, and a key to read them with: for tests that change nothing. */
export function moreThanCounted(): Promise<ManyCases & { key: string }> {
  shared ??= (async () => {
    const tenant = await makeTenant()
    const around = await makeSurroundings(tenant)
    const many = await seedCases(tenant, { count: 11_300, around: { ...around, wardIds: around.wardIds.slice(0, 1) } })
    return { ...many, key: (await makeKey(tenant)).key }
  })()
  return shared
}

/** One open case of a tenant with a number of its own, `CW-<year>-<n>` for `<year>*1,000,000 + n`; answers its id. */
export function makeNumberedCase(tenant: TestTenant, serial: number, columns: Record<string, unknown> = {}) {
  const id = ulid(Number(columns.created_at ?? firstCreatedAt))
  const reference = `CW-${Math.floor(serial / 1_000_000)}-${String(serial % 1_000_000).padStart(4, '0')}`
  const usual = { summary: 'Pothole', source_channel: 'api', created_at: firstCreatedAt, updated_at: firstCreatedAt }
  return makeCase(tenant, { id, serial, reference, ...usual, ...columns })
}
