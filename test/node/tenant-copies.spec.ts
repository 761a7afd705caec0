import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { operatorsOn, rowsOf, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)

const state = join(folder, 'state')
const { operate, answer } = operatorsOn(state)
const sql = (...statements: string[]) => rowsOf(state, statements.join(';\n'))

const caseOf = (tenant: string, id: string, serial: number, summary: string) =>
  `insert into cases (id, tenant_id, serial, reference, status, resident_name, summary, source_channel, created_at, updated_at)
   values ('${id}', '${tenant}', ${serial}, 'CW-2026-000${serial}', 'new', 'O''Alex Resident', '${summary}', 'email', 1000, 1000)`
const noteOf = (id: string, note: string) =>
  `insert into timeline (case_id, id, type, body, actor_id, created_at) values ('${id}', '${note}', 'note', 'Called', 'U', 1000)`
const newsOf = (tenant: string, id: string) =>
  `insert into publications (id, tenant_id, kind, title, created_by, created_at, updated_at) values ('${id}', '${tenant}', 'news', 'Road works', 'U', 1000, 1000)`

let acme = ''
let borough = ''
const copy = join(folder, 'acme.jsonl')

beforeAll(async () => {
  acme = (await answer('tenants', 'create', '--slug', 'acme', '--name', 'Acme', '--plan', 'council')).id
  borough = (await answer('tenants', 'create', '--slug', 'borough', '--name', 'Borough', '--plan', 'council')).id
  await sql(
    ...[caseOf(acme, 'A1', 1, 'Street light'), caseOf(acme, 'A2', 2, 'Pothole'), caseOf(acme, 'A3', 3, 'To be erased')],
    ...[noteOf('A1', 'N1'), noteOf('A1', 'N2'), newsOf(acme, 'P1')],
    ...[caseOf(borough, 'B1', 1, 'Theirs'), noteOf('B1', 'N3'), newsOf(borough, 'P2')],
  )
})

it('A copy of one tenant holds its content and no other’s, for the eyes of its owner', async () => {
  expect(await operate('tenants', 'export', 'acme', '--out', copy)).toEqual({
    code: 0,
    stdout: `table             rows
categories          12
wards                0
ward_councillors     0
submissions          0
cases                3
timeline             2
publications         1
`,
    stderr: '',
  })
  expect(statSync(copy).mode & 0o777).toBe(0o600)
  const text = readFileSync(copy, 'utf8')
  expect(text).toContain('"resident_name":"O\'Alex Resident"')
  expect(text).not.toContain('Theirs')
  expect((await operate('tenants', 'export', 'acme', '--out', copy)).stderr).toMatch(
    /^error: .*acme\.jsonl cannot be made: EEXIST/,
  )
})

it('What was lost or changed since comes back with a higher version; what is new, erased or another tenant’s stays', async () => {
  await sql(
    "update cases set summary = 'Scribbled over', status = 'closed', version = 4 where id = 'A1'",
    "update cases set summary = 'Removed', resident_name = 'Removed' where id = 'A3'",
    `insert into audit (tenant_id, id, at, action, target_type, target_id) values ('${acme}', 'X1', 2000, 'case.erase', 'case', 'A3')`,
    "delete from timeline where id = 'N2'",
    "delete from publications where id in ('P1', 'P2')",
    "update cases set summary = 'Theirs, changed' where id = 'B1'",
    caseOf(acme, 'A4', 4, 'New since'),
  )
  const { code, stdout, stderr } = await operate('tenants', 'restore', 'acme', '--from', copy, '--yes')
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `table             put back
categories               0
wards                    0
ward_councillors         0
submissions              0
cases                    1
timeline                 1
publications             1
`,
  })
  expect(stderr).toContain('\nRows left out, because a resident was erased since: 1.\n')
  expect(await sql('select id, summary, status, version from cases order by id')).toEqual([
    { id: 'A1', summary: 'Street light', status: 'new', version: 5 },
    { id: 'A2', summary: 'Pothole', status: 'new', version: 1 },
    { id: 'A3', summary: 'Removed', status: 'new', version: 1 },
    { id: 'A4', summary: 'New since', status: 'new', version: 1 },
    { id: 'B1', summary: 'Theirs, changed', status: 'new', version: 1 },
  ])
  expect(await sql('select id from publications')).toEqual([{ id: 'P1' }])
  expect(await sql("select action from audit where action = 'tenant.restore'")).toEqual([{ action: 'tenant.restore' }])
  expect((await operate('counters', 'check')).stdout).toBe('Every counter is what its cases add up to.\n')
  expect(await sql("select rowid from cases_fts where cases_fts match 'scribbled'")).toEqual([])
})

it('A copy that is another tenant’s, or forged to hold another’s rows, changes nothing of theirs', async () => {
  expect(await operate('tenants', 'restore', 'borough', '--from', copy, '--yes')).toEqual({
    code: 1,
    stdout: '',
    stderr: `error: The copy is of another tenant: acme, ${acme}\n`,
  })
  const forged = join(folder, 'forged.jsonl')
  const [header = '', ...lines] = readFileSync(copy, 'utf8').split('\n')
  const theirs = lines.filter((line) => line.includes('"A1"')).map((line) => line.replaceAll('"A1"', '"B1"'))
  writeFileSync(forged, [header, ...theirs, ...theirs.map((line) => line.replaceAll(acme, borough))].join('\n'))
  const before = await sql("select * from cases where id = 'B1'", "select * from timeline where case_id = 'B1'")
  const { code, stdout } = await operate('tenants', 'restore', 'acme', '--from', forged, '--yes')
  expect({ code, written: [...stdout.matchAll(/ (\d+)$/gm)].map(([, n]) => n) }).toEqual({
    code: 0,
    written: ['0', '0', '0', '0', '0', '0', '0'],
  })
  expect(await sql("select * from cases where id = 'B1'", "select * from timeline where case_id = 'B1'")).toEqual(
    before,
  )
})

it.each([
  ['is not there', 'nowhere.jsonl', /^error: .*nowhere\.jsonl cannot be read: ENOENT/],
  ['was cut off', 'cut.jsonl', /^error: .*cut\.jsonl is not a whole copy of "tenants export"\n$/],
])('A copy that %s is refused', async (_, name, said) => {
  writeFileSync(join(folder, 'cut.jsonl'), readFileSync(copy, 'utf8').slice(0, -20))
  const { code, stderr } = await operate('tenants', 'restore', 'acme', '--from', join(folder, name), '--yes')
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(said) })
})
