import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { operatorsOn, root, rowsOf, run, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const state = join(folder, 'state')
const { operate, answer, refusal } = operatorsOn(state)

let serial = 0

/** SQL that inserts a row of a tenant, columns by their SQL names. */
function inserted(table: 'cases' | 'submissions', tenant: string, row: Record<string, string | number | null>): string {
  const usual =
    table === 'cases'
      ? {
          serial: ++serial,
          status: 'closed',
          closed_at: 5,
          summary: 'Pothole',
          source_channel: 'phone',
          resident_name: 'X',
        }
      : { status: 'dismissed', message: 'Hello', spam_reasons: '[]' }
  const all: Record<string, string | number | null> = {
    reference: row.id ?? '',
    created_at: 1,
    updated_at: 1,
    ...usual,
    ...row,
  }
  const values = Object.values(all).map((value) =>
    typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : value,
  )
  return `insert into ${table} (tenant_id, ${Object.keys(all).join(', ')})
    select tenants.id, ${values.join(', ')} from tenants where slug = '${tenant}'`
}

const note = (caseId: string, id: string, body: string) =>
  `insert into timeline (case_id, id, type, body, actor_id, created_at) values ('${caseId}', '${id}', 'note', '${body}', 'u', 1)`

const result = (key: string, owner: string, route: string, body: string) =>
  `insert into idempotency (owner, route, key, request_hash, status, body, created_at)
   select ${owner}, '${route}', '${key}', 'h', 201, '${body}', 1 from tenants where slug = 'acme'`

const zebedee = {
  resident_name: 'Zebedée Quillfeather',
  resident_email: 'Zebedee.Quill@example.com',
  resident_phone: '+44 (0)1632 960123',
  resident_postcode: 'TR261AA',
}

beforeAll(async () => {
  for (const slug of ['acme', 'other'])
    await answer('tenants', 'create', '--slug', slug, '--name', slug, '--plan', 'council')
  const sql = [
    inserted('cases', 'acme', {
      id: 'MAIN',
      ...zebedee,
      summary: 'Quillfeather gate',
      description: '=Zebedée rang',
      submission_id: 'S1',
    }),
    note('MAIN', 'n1', 'Spoke to Zebedée.'),
    inserted('cases', 'acme', { id: 'PHONE', resident_name: 'Z. Quill', resident_phone: '01632 960123' }),
    inserted('cases', 'acme', { id: 'NAMESAKE', resident_name: 'ZEBEDÉE  quillfeather', resident_postcode: 'TR11AA' }),
    inserted('cases', 'acme', { id: 'NEIGHBOUR', resident_name: 'Alex Resident', resident_postcode: 'TR261AA' }),
    note('NEIGHBOUR', 'n2', 'Neighbour is zebedee.quill@EXAMPLE.com, 01632-960123.'),
    note('NEIGHBOUR', 'n3', 'Called back.'),
    inserted('cases', 'other', { id: 'THEIRS', ...zebedee }),
    inserted('submissions', 'acme', {
      id: 'S1',
      name: 'Zeb',
      email: 'old@example.com',
      status: 'converted',
      message: 'The gate of Quillfeather',
    }),
    inserted('submissions', 'acme', { id: 'S2', name: 'Zeb', phone: '(01632) 960123', message: 'Ring Quillfeather' }),
    result('k1', `id || ':ip:1'`, 'POST /api/public/acme/contact', '{"email":"zebedee.quill@example.com"}'),
    result('k2', `id || ':ip:1'`, 'POST /api/cases/MAIN/notes', '{"body":"Quillfeather called"}'),
    result('k3', `id || ':ip:1'`, 'POST /api/cases', '{"residentName":"Alex Resident"}'),
    result('k4', `'another tenant'`, 'POST /api/cases', '{"email":"zebedee.quill@example.com"}'),
  ]
  await rowsOf(state, sql.join(';'))
})

const at = ['--tenant', 'acme']
const byEmail = [...at, '--email', 'zebedee.quill@EXAMPLE.com']
const byAll = [...byEmail, '--phone', '01632 960 123', '--postcode', 'tr26 1aa', '--name', 'zebedée quillfeather']

it('are found by any criterion, each record with those that it matches', async () => {
  const { records, storedResults } = await answer('residents', 'find', ...byAll, '--json')
  const briefly = records.map((one: Record<string, unknown>) => [one.kind, one.reference, one.matchedBy, one.sure])
  expect(briefly).toEqual([
    ['case', 'MAIN', ['email', 'phone', 'postcode', 'name'], true],
    ['case', 'PHONE', ['phone'], true],
    ['case', 'NAMESAKE', ['name'], false],
    ['case', 'NEIGHBOUR', ['postcode', 'text'], false],
    ['message', 'S2', ['phone'], true],
    ['message', 'S1', ['conversion'], true],
  ])
  expect(records[1]).toEqual({
    ...{ kind: 'case', reference: 'PHONE', status: 'closed', name: 'Z. Quill', email: null, phone: '01632 960123' },
    ...{ postcode: null, matchedBy: ['phone'], sure: true },
  })
  expect(storedResults).toBe(2)
  const shown = await operate('residents', 'find', ...at, '--name', 'Zebedée Quillfeather')
  expect(shown.stdout).toMatch(
    /^kind +reference .*\ncase +MAIN .* name +no\ncase +NAMESAKE .* name +no\n0 stored results/,
  )
  expect(shown.stderr).toBe('5 of 5 cases searched\n'.replaceAll('5', '4'))
})

it('are exported with everything held, to files that only the operator can read', async () => {
  const held = await answer('residents', 'export', ...byEmail)
  expect(held.cases.map(({ id }: { id: string }) => id)).toEqual(['MAIN'])
  expect(held.cases[0]).toMatchObject({ residentName: 'Zebedée Quillfeather', closedAt: '1970-01-01T00:00:00.005Z' })
  expect(held.cases[0].timeline).toEqual([
    ...[
      {
        type: 'note',
        body: 'Spoke to Zebedée.',
        fromStatus: null,
        toStatus: null,
        by: null,
        createdAt: '1970-01-01T00:00:00.001Z',
      },
    ],
  ])
  expect(held.messages).toMatchObject([{ id: 'S1', message: 'The gate of Quillfeather' }])
  expect(held.storedResults).toHaveLength(2)

  const out = join(folder, 'export')
  const { files } = await answer('residents', 'export', ...byEmail, '--out', out)
  const names = ['resident.json', 'cases.csv', 'timeline.csv', 'messages.csv', 'stored-results.csv']
  expect(files).toEqual(names.map((name) => join(out, name)))
  expect([statSync(out), ...files.map((file: string) => statSync(file))].map(({ mode }) => mode & 0o777)).toEqual([
    0o700,
    ...names.map(() => 0o600),
  ])
  expect(JSON.parse(readFileSync(files[0], 'utf8'))).toEqual(held)
  expect(readFileSync(files[1], 'utf8')).toContain(`"'=Zebedée rang"`)
})

it('are not exported or erased by what others may share, nor without a yes', async () => {
  const weak =
    'error: Provide --email or --phone, or both --name and --postcode: others may have one of the latter too\n'
  expect(await refusal('residents', 'export', ...at, '--name', 'Alex Resident')).toBe(weak)
  expect(await refusal('residents', 'erase', ...at, '--postcode', 'TR26 1AA', '--yes')).toBe(weak)
  expect(await refusal('residents', 'find', ...at)).toBe(
    'error: Provide at least one of --email, --phone, --postcode and --name\n',
  )
  expect(await refusal('residents', 'erase', ...byEmail)).toContain(
    'error: Nothing was erased: without a terminal, give --yes\n',
  )
  expect(await rowsOf(state, "select count(*) as n from cases where resident_name = 'Removed'")).toEqual([{ n: 0 }])
})

it('keep an open case and a new message unless that is asked for', async () => {
  await rowsOf(
    state,
    "update cases set status = 'open', closed_at = null where id = 'PHONE'; update submissions set status = 'new' where id = 'S2'",
  )
  expect(await refusal('residents', 'erase', ...byAll, '--yes')).toContain(
    'error: Still open, so nothing was erased: PHONE, S2. Close them first, or give --even-open.\n',
  )
  expect(await rowsOf(state, "select count(*) as n from cases where resident_name = 'Removed'")).toEqual([{ n: 0 }])
})

it('are erased for good: no column of any table holds them, and nobody else’s data are gone', async () => {
  const erased = await answer('residents', 'erase', ...byAll, '--even-open', '--even-mentions', '--yes', '--json')
  expect(erased).toEqual({ storedResults: 2, cases: 2, messages: 2, casesWithMentions: 1, namedIn: [] })

  await rowsOf(state, "delete from cases where id in ('THEIRS', 'NAMESAKE'); delete from idempotency where key = 'k4'")
  for (const needle of ['uillfeather', 'ebed', 'ebedee.quill', '960123', '960 123', 'Z. Quill'])
    expect([needle, await tablesWith(needle)]).toEqual([needle, []])
  expect(await tablesWith('Alex Resident')).toEqual(['cases', 'idempotency'])

  expect(await rowsOf(state, 'select id, resident_name as name, status, version from cases order by id')).toEqual([
    { id: 'MAIN', name: 'Removed', status: 'closed', version: 2 },
    { id: 'NEIGHBOUR', name: 'Alex Resident', status: 'closed', version: 2 },
    { id: 'PHONE', name: 'Removed', status: 'open', version: 2 },
  ])
  expect(await rowsOf(state, 'select id, body from timeline order by id')).toEqual([
    { id: 'n1', body: null },
    { id: 'n2', body: null },
    { id: 'n3', body: 'Called back.' },
  ])
  expect(await rowsOf(state, 'select id, name, message from submissions')).toEqual([
    { id: 'S1', name: 'Removed', message: 'Removed' },
  ])
  const acts = await rowsOf(
    state,
    "select action, target_id as target, user_id as user from audit where action like '%.erase' order by 1, 2",
  )
  expect(acts).toEqual([
    { action: 'case.erase', target: 'MAIN', user: null },
    { action: 'case.erase', target: 'NEIGHBOUR', user: null },
    { action: 'case.erase', target: 'PHONE', user: null },
    { action: 'submission.erase', target: 'S1', user: null },
    { action: 'submission.erase', target: 'S2', user: null },
  ])
  expect(await answer('residents', 'find', ...byAll, '--json')).toMatchObject({ storedResults: 0 })
})

/** The tables of which some column, the search index's blocks included, holds a text in its own or in small letters. */
async function tablesWith(text: string): Promise<string[]> {
  const columns: { tbl: string; col: string }[] = await rowsOf(
    state,
    `select m.name as tbl, c.name as col from sqlite_master m join pragma_table_info(m.name) c
     where m.type = 'table' and m.name not like '\\_cf%' escape '\\' and m.sql not like 'create virtual%'`,
  )
  const tables = [...new Set(columns.map(({ tbl }) => tbl))]
  const holds = (col: string) =>
    `instr(hex(${col}), hex('${text}')) > 0 or instr(hex(${col}), hex('${text.toLowerCase()}')) > 0`
  const counts = tables.map((tbl) => {
    const own = columns.filter((one) => one.tbl === tbl).map(({ col }) => holds(`"${col}"`))
    return `(select count(*) from "${tbl}" where ${own.join(' or ')}) as "${tbl}"`
  })
  const [found] = await rowsOf(state, `select ${counts.join(', ')}`)
  return tables.filter((tbl) => found[tbl] > 0)
}

it('leave nothing in wrangler’s own log', async () => {
  const { code } = await run('grep', ['-rliE', 'zebedee.quill|960123', join(root, '.wrangler/logs')])
  expect(code).not.toBe(0)
})
