import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { operatorsOn, rowsOf, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const state = join(folder, 'state')
const { operate, answer, refusal } = operatorsOn(state)

const day = 86_400_000
const ago = (days: number) => Date.now() - days * day

const caseOf = (tenant: string, id: string, closedAt: number | null) => `
  insert into cases (id, tenant_id, serial, reference, status, resident_name, resident_email, summary, source_channel,
    created_at, updated_at, closed_at)
  select '${id}', id, ${closedAt ?? 1}, '${id}', 'closed', 'Alex Resident', 'alex@example.com', 'Pothole', 'phone', 1, 1, ${closedAt}
  from tenants where slug = '${tenant}'`

const message = (id: string, status: string, at: number) => `
  insert into submissions (id, tenant_id, reference, status, name, message, spam_reasons, created_at, updated_at)
  select '${id}', id, '${id}', '${status}', 'Alex Resident', 'Hello', '[]', ${at}, ${at} from tenants where slug = 'acme'`

const change = (sequence: number, days: number) => `
  insert into changes (tenant_id, sequence, id, event, at, target_type, target_id)
  select id, ${sequence}, 'chg_${sequence}', 'case_updated', ${ago(days)}, 'case', 'x' from tenants where slug = 'b'`

const delivery = (id: string, days: number) => `
  insert into webhook_deliveries (endpoint_id, id, event, at, outcome, ms, manual)
  values ('e', '${id}', 'case_updated', ${ago(days)}, 'delivered', 5, 0)`

beforeAll(async () => {
  for (const slug of ['acme', 'b']) await answer('tenants', 'create', '--slug', slug, '--name', slug, '--plan', 'pro')
  const sql = [
    ...[caseOf('acme', 'old', ago(400)), caseOf('acme', 'young', ago(100)), caseOf('b', 'theirs', ago(400))],
    ...[message('spam', 'spam', ago(31)), message('fresh', 'spam', ago(29)), message('new', 'new', ago(4000))],
    `insert into idempotency (owner, route, key, request_hash, status, body, created_at)
      values ('o', 'POST /x', 'k', 'h', 201, '{}', ${ago(2)})`,
    ...[change(1, 31), change(2, 31), delivery('past', 31), delivery('fresh', 29)],
  ]
  await rowsOf(state, sql.join(';'))
})

const names = () => rowsOf(state, 'select id, resident_name as name from cases order by id')
const before = expect.stringMatching(/^\d{4}-\d\d-\d\dT/)
const lineOf = (tenant: string, data: string, keptFor: string, rows: number) => ({
  ...{ cell: 0, tenant, data, keptFor, before, rows },
})

it('a dry run says what would go, and when, and changes nothing', async () => {
  expect(await answer('retention', '--dry-run')).toEqual([
    { cell: 0, tenant: null, data: 'results for replays', keptFor: '24 hours', before: null, rows: 1 },
    { cell: 0, tenant: null, data: "addresses' windows", keptFor: 'two windows', before: null, rows: 0 },
    { cell: 0, tenant: null, data: 'changes', keptFor: '30 days', before: null, rows: 1 },
    { cell: 0, tenant: null, data: 'webhook deliveries', keptFor: '30 days', before: null, rows: 1 },
    lineOf('acme', 'cases', '12 months after closing', 1),
    lineOf('acme', 'spam', '30 days', 1),
    lineOf('acme', 'dismissed', '6 months', 0),
    lineOf('acme', 'audit', '24 months', 0),
    lineOf('acme', 'disclosures', '24 months', 0),
    lineOf('b', 'cases', '12 months after closing', 1),
    lineOf('b', 'spam', '30 days', 0),
    lineOf('b', 'dismissed', '6 months', 0),
    lineOf('b', 'audit', '24 months', 0),
    lineOf('b', 'disclosures', '24 months', 0),
  ])
  const shown = await operate('retention', '--dry-run', '--tenant', 'acme')
  expect(shown.stdout.replaceAll(/\d{4}-\S+/g, '…')).toBe(
    [
      'cell  tenant  data         kept for                 from before               would go',
      '   0  acme    cases        12 months after closing  …         1',
      '   0  acme    spam         30 days                  …         1',
      '   0  acme    dismissed    6 months                 …         0',
      '   0  acme    audit        24 months                …         0',
      '   0  acme    disclosures  24 months                …         0',
      '',
    ].join('\n'),
  )
  expect(await names()).toEqual([
    { id: 'old', name: 'Alex Resident' },
    { id: 'theirs', name: 'Alex Resident' },
    { id: 'young', name: 'Alex Resident' },
  ])
})

it('one tenant’s data go as the daily job would have it, then everybody’s', async () => {
  const one = await operate('retention', '--tenant', 'acme')
  expect(one.stdout).toMatch(/acme +cases .* 1\n.*acme +spam .* 1\n/)
  expect(one.stderr).toBe('acme, cases: 1\nacme, spam: 1\n')
  expect(await names()).toEqual([
    { id: 'old', name: 'Removed' },
    { id: 'theirs', name: 'Alex Resident' },
    { id: 'young', name: 'Alex Resident' },
  ])
  const all = await operate('retention', '--json')
  expect([all.code, all.stderr]).toEqual([
    0,
    'results for replays: 1\nchanges: 1\nwebhook deliveries: 1\nb, cases: 1\n',
  ])
  expect(await rowsOf(state, 'select id from webhook_deliveries')).toEqual([{ id: 'fresh' }])
  const left = await rowsOf(state, 'select id from submissions union all select key from idempotency order by 1')
  expect(left).toEqual([{ id: 'fresh' }, { id: 'new' }])
  const acts = await rowsOf(
    state,
    "select action, user_id, key_id from audit where action not like 'tenant.%' order by 1",
  )
  expect(acts).toEqual([
    { action: 'case.anonymise', user_id: null, key_id: null },
    { action: 'case.anonymise', user_id: null, key_id: null },
    { action: 'submission.delete', user_id: null, key_id: null },
  ])
})

it('a tenant that does not exist is one line', async () => {
  expect(await refusal('retention', '--tenant', 'acne')).toBe(
    'error: Tenant "acne" does not exist: "npm run --silent tenants -- list" lists all tenants\n',
  )
})
