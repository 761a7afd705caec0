import { afterAll, beforeAll, expect, it } from 'vitest'
import { matchesOf } from '../../scripts/operator/residents/criteria'
import { erase, givableOf, mentionsIn, namedIn, requireSettled, sureOf } from '../../scripts/operator/residents/erase'
import { heldOf } from '../../scripts/operator/residents/held'
import { search } from '../../scripts/operator/residents/search'
import { insertTenant } from '../../src/db/operators'
import { metered, migratedDatabase } from './database'

const { d1, rows, dispose } = await migratedDatabase()
afterAll(dispose)
const { run } = metered(d1)

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

const tenant = {
  ...{ councilCode: null, contactEmail: null, contactPhone: null, now: '2026-01-01T00:00:00.000Z' },
  ...{
    anonymiseAfterMonths: 12,
    controller: null,
    dpoContact: null,
    privacyUrl: null,
    replyWithin: null,
    website: null,
    disclosures: null,
  },
}

beforeAll(async () => {
  for (const slug of ['acme', 'other'])
    await run({ made: insertTenant.bind({ ...tenant, tenantId: slug, slug, name: slug, plan: 'council' }) })
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
    `insert into keys (id, family_id, tenant_id, user_id, hash, prefix, name, scopes, created_at)
      values ('K', 'K', 'acme', 'U', 'h', 'sk_cw0_aaaa', 'CRM sync', 'cases:read', 1)`,
    "insert into users (id, tenant_id, name, email, role, created_at) values ('U', 'acme', 'Jane Doe', 'jane@example.com', 'admin', 1)",
    ...[
      ['acme', '2026-03-01', 'case', 'MAIN', 'K'],
      ['acme', '2026-01-31', 'case', 'MAIN', 'gone'],
      ['acme', '2026-02-01', 'submission', 'S1', 'K'],
      ['acme', '2026-02-01', 'case', 'NEIGHBOUR', 'K'],
      ['other', '2026-02-01', 'case', 'MAIN', 'K'],
    ].map((row) => `insert into disclosures values (${row.map((value) => `'${value}'`).join(', ')}, 'U')`),
    result('k4', `'another tenant'`, 'POST /api/cases', '{"email":"zebedee.quill@example.com"}'),
  ]
  await d1.batch(sql.map((one) => d1.prepare(one)))
})

const byEmail = { email: 'zebedee.quill@EXAMPLE.com' }
const byAll = { ...byEmail, phone: '01632 960 123', postcode: 'TR261AA', name: 'zebedée quillfeather' }
const acme = { id: 'acme', now: '2026-01-01T00:00:00.000Z' }

it('a record is found by any criterion, and says by which', async () => {
  const { cases, messages, results } = await search(run, 'acme', byAll)
  const briefly = [...cases, ...messages].map(({ reference, matchedBy, sure }) => [reference, matchedBy, sure])
  expect(briefly).toEqual([
    ['MAIN', ['email', 'phone', 'postcode', 'name'], true],
    ['PHONE', ['phone'], true],
    ['NAMESAKE', ['name'], false],
    ['NEIGHBOUR', ['postcode', 'text'], false],
    ['S2', ['phone'], true],
    ['S1', ['conversion'], true],
  ])
  expect(results.map(({ key }) => key)).toEqual(['k2', 'k1'])
})

it('a name and a postcode are enough together, not alone', async () => {
  const { name, postcode } = byAll
  const found = await search(run, 'acme', { name, postcode })
  expect(found.cases.map(({ reference, sure }) => [reference, sure])).toEqual([
    ['MAIN', true],
    ['NAMESAKE', false],
    ['NEIGHBOUR', false],
  ])
})

it('a case is found through its message, whatever has been changed in it since', async () => {
  const found = await search(run, 'acme', { email: 'old@example.com' })
  expect(found.messages.map(({ reference, matchedBy }) => [reference, matchedBy])).toEqual([['S1', ['email']]])
  expect(found.cases.map(({ reference, matchedBy, sure }) => [reference, matchedBy, sure])).toEqual([
    ['MAIN', ['conversion'], true],
  ])
})

it('an address or number is the same in any form, a missing one is nobody’s', () => {
  const person = { name: 'ß', email: 'STRASSE@EXAMPLE.COM', phone: '0044 (0)1632 960123', postcode: null }
  const asked = { name: 'SS', email: 'straße@example.com', phone: '+441632960123', postcode: 'TR11AA' }
  expect(matchesOf(person, asked)).toEqual(['email', 'phone', 'name'])
  expect(matchesOf({ name: 'X', email: null, phone: null, postcode: null }, asked)).toEqual([])
})

it('what is exported is all that is held, with the timeline of each case', async () => {
  const held = await heldOf(run, 'acme', sureOf(await search(run, 'acme', byEmail), []))
  expect(held.cases.map(({ id }) => id)).toEqual(['MAIN'])
  expect(held.cases[0]).toMatchObject({ residentName: 'Zebedée Quillfeather', closedAt: '1970-01-01T00:00:00.005Z' })
  const entry = { type: 'note', body: 'Spoke to Zebedée.', fromStatus: null, toStatus: null, by: null }
  expect(held.cases[0]?.timeline).toEqual([{ ...entry, createdAt: '1970-01-01T00:00:00.001Z' }])
  const jane = { userId: 'U', user: 'Jane Doe' }
  const crm = { keyId: 'K', key: 'CRM sync', ...jane }
  expect(held.disclosures).toEqual([
    { day: '2026-01-31', targetType: 'case', targetId: 'MAIN', keyId: 'gone', key: null, ...jane },
    { day: '2026-03-01', targetType: 'case', targetId: 'MAIN', ...crm },
    { day: '2026-02-01', targetType: 'submission', targetId: 'S1', ...crm },
  ])
  expect(held.messages).toMatchObject([{ id: 'S1', message: 'The gate of Quillfeather' }])
  expect(held.storedResults.map(({ route }) => route)).toEqual([
    'POST /api/cases/MAIN/notes',
    'POST /api/public/acme/contact',
  ])
})

it('open cases and new messages are named, and stay even where that is not looked at', async () => {
  await d1.prepare("update cases set status = 'open', closed_at = null where id = 'PHONE'").run()
  await d1.prepare("update submissions set status = 'new' where id = 'S2'").run()
  const taken = sureOf(await search(run, 'acme', { phone: '01632 960123' }), ['MAIN', 'S1'])
  expect(() => requireSettled(taken)).toThrow(
    'Still open, so nothing was erased: PHONE, S2. Close them first, or give --even-open.',
  )
  const asked = { criteria: byAll, evenOpen: false, evenMentions: false }
  expect(await erase(run, acme, { ...taken, results: [] }, [], asked)).toMatchObject({ cases: 0, messages: 0 })
  expect(await tablesWith('960123')).toEqual(['cases', 'timeline', 'submissions'].toSorted())
})

it('the erased are in no column of any table, and nobody else’s data are gone', async () => {
  const found = await search(run, 'acme', byAll)
  const asked = { criteria: byAll, evenOpen: true, evenMentions: true }
  const erased = await erase(run, acme, sureOf(found, []), mentionsIn(found), asked)
  expect(erased).toEqual({ storedResults: 2, cases: 2, messages: 2, casesWithMentions: 1 })

  expect(await tablesWith('uillfeather')).toEqual(['cases', 'cases_fts_data'])
  await d1.batch(
    ["delete from cases where id in ('THEIRS', 'NAMESAKE')", "delete from idempotency where key = 'k4'"].map((sql) =>
      d1.prepare(sql),
    ),
  )
  for (const needle of ['uillfeather', 'ebed', 'ebedee.quill', '960123', '960-123', 'Z. Quill'])
    expect([needle, await tablesWith(needle)]).toEqual([needle, []])
  expect(await tablesWith('Alex Resident')).toEqual(['cases', 'idempotency'])

  expect(await rows('select id, resident_name as name, status, version from cases order by id')).toEqual([
    { id: 'MAIN', name: 'Removed', status: 'closed', version: 2 },
    { id: 'NEIGHBOUR', name: 'Alex Resident', status: 'closed', version: 2 },
    { id: 'PHONE', name: 'Removed', status: 'open', version: 2 },
  ])
  expect(await rows('select id, body from timeline order by id')).toEqual([
    { id: 'n1', body: null },
    { id: 'n2', body: null },
    { id: 'n3', body: 'Called back.' },
  ])
  expect(await rows('select id, name, message from submissions')).toEqual([
    { id: 'S1', name: 'Removed', message: 'Removed' },
  ])
  expect(await rows('select sequence, event, target_id as target from changes order by sequence')).toEqual([
    { sequence: 1, event: 'case_updated', target: 'MAIN' },
    { sequence: 2, event: 'case_updated', target: 'PHONE' },
    { sequence: 3, event: 'case_updated', target: 'NEIGHBOUR' },
  ])
  expect(await rows('select count(*) as n from disclosures')).toEqual([{ n: 5 }])
  const acts =
    "select action, target_id as target, user_id as user from audit where action like '%.erase' order by 1, 2"
  expect(await rows(acts)).toEqual([
    { action: 'case.erase', target: 'MAIN', user: null },
    { action: 'case.erase', target: 'NEIGHBOUR', user: null },
    { action: 'case.erase', target: 'PHONE', user: null },
    { action: 'submission.erase', target: 'S1', user: null },
    { action: 'submission.erase', target: 'S2', user: null },
  ])
})

it('a longer address or name is somebody else’s, in texts and in stored results', async () => {
  await run({ made: insertTenant.bind({ ...tenant, tenantId: 'parish', slug: 'parish', name: 'P', plan: 'council' }) })
  const longer = ['ann@example.com', 'j.n@example.com', 'n@example.com.au', 'n@example.community', 'né.n@example.com']
  const same = ['n@example.com', 'ring N@EXAMPLE.COM.', 'n@example.com, ann@example.com', '<n@example.com>']
  const results = [
    ...longer.map((text, i) => result(`other${i}`, "'parish'", 'POST /api/cases', JSON.stringify({ text }))),
    ...[...same, 'first line\nn@example.com'].map((text, i) =>
      result(`own${i}`, "'parish'", 'POST /api/cases', JSON.stringify({ text })),
    ),
    ...['Brian North', 'Ian North'].map((residentName) =>
      result(residentName, "'parish'", 'POST /api/cases', JSON.stringify({ residentName, postcode: 'TR11AA' })),
    ),
  ]
  const cases = [
    inserted('cases', 'parish', { id: 'LONGER', description: longer.join(' ') }),
    ...longer.map((text, i) => note('LONGER', `longer${i}`, text)),
    ...same.flatMap((text, i) => [inserted('cases', 'parish', { id: `SAME${i}` }), note(`SAME${i}`, `same${i}`, text)]),
  ]
  await d1.batch([...results, ...cases].map((sql) => d1.prepare(sql)))

  const found = await search(run, 'parish', { email: 'N@example.com' })
  expect(found.cases.map(({ reference }) => reference)).toEqual(['SAME0', 'SAME1', 'SAME2', 'SAME3'])
  expect(found.results.map(({ key }) => key)).toEqual(['own4', 'own3', 'own2', 'own1', 'own0'].toReversed())
  const byName = await search(run, 'parish', { name: 'Ian North', postcode: 'TR11AA' })
  expect(byName.results.map(({ key }) => key)).toEqual(['Ian North'])
})

it('a number in a text is found however it is written', async () => {
  const texts = ['01632\u00a0960\u00a0666', '01632/960666', '01632\u2013960\u2011666', '+44\u202f1632 960666']
  const sql = texts.map((description, i) => inserted('cases', 'parish', { id: `TEXT${i}`, description }))
  await d1.batch(sql.map((one) => d1.prepare(one)))
  const { cases } = await search(run, 'parish', { phone: '01632 960 666' })
  expect(cases.map(({ reference }) => reference)).toEqual(['TEXT0', 'TEXT1', 'TEXT2', 'TEXT3'])
})

it('what is excepted takes its stored results with it, and is never a mistyped reference', async () => {
  const family = { resident_phone: '01632 960555' }
  const sql = [
    inserted('cases', 'parish', { id: 'HERS', ...family }),
    inserted('cases', 'parish', { id: 'HIS', ...family }),
    result('hers', "'parish'", 'POST /api/cases', '{"id":"HERS","residentPhone":"01632 960555"}'),
    result('note', "'parish'", 'POST /api/cases/HERS/notes', '{"body":"Rang"}'),
    result('his', "'parish'", 'POST /api/cases', '{"id":"HIS","residentPhone":"01632 960555"}'),
  ]
  await d1.batch(sql.map((one) => d1.prepare(one)))
  const found = await search(run, 'parish', { phone: '01632 960555' })
  const taken = sureOf(found, ['HERS'])
  expect(taken.cases.map(({ id }) => id)).toEqual(['HIS'])
  expect(taken.results.map(({ key }) => key)).toEqual(['his'])
  for (const mistyped of ['hers', 'HERS,HIS', 'HER5'])
    expect(() => sureOf(found, ['HIS', mistyped])).toThrow(`Not among what was found, so nothing was done: ${mistyped}`)
})

it('what is exported has no stored result of a neighbour’s case that names the resident', async () => {
  const sql = [
    inserted('cases', 'parish', { id: 'NOISY', resident_email: 'noisy@example.com' }),
    inserted('cases', 'parish', { id: 'COMPLAINS', resident_name: 'Nora', description: 'By noisy@example.com' }),
    inserted('submissions', 'parish', { id: 'RINGS', name: 'Nora', message: 'It is noisy@example.com again' }),
    result('noisy', "'parish'", 'POST /api/cases', '{"id":"NOISY","residentEmail":"noisy@example.com"}'),
    result('nora', "'parish'", 'POST /api/cases', '{"id":"COMPLAINS","description":"By noisy@example.com"}'),
  ]
  await d1.batch(sql.map((one) => d1.prepare(one)))
  const found = await search(run, 'parish', { email: 'noisy@example.com' })
  expect(givableOf(found, []).results.map(({ key }) => key)).toEqual(['noisy'])
  expect(sureOf(found, []).results.map(({ key }) => key)).toEqual(['noisy', 'nora'])
  expect(namedIn(found)).toEqual(['COMPLAINS', 'RINGS'])
})

/** The tables of which some column, the search index's blocks included, holds a text in its own or in small letters. */
async function tablesWith(text: string): Promise<string[]> {
  const columns = (await rows(
    `select m.name as tbl, c.name as col from sqlite_master m join pragma_table_info(m.name) c
     where m.type = 'table' and m.name not like '\\_cf%' escape '\\' and m.sql not like 'create virtual%'`,
  )) as { tbl: string; col: string }[]
  const questions = columns.map(({ tbl, col }) =>
    d1.prepare(
      `select exists (select 1 from "${tbl}"
        where instr(hex("${col}"), hex(?1)) > 0 or instr(hex("${col}"), hex(lower(?1))) > 0) as holds`,
    ),
  )
  const answers = await d1.batch<{ holds: number }>(questions.map((question) => question.bind(text)))
  const holding = columns.filter((_, i) => answers[i]?.results[0]?.holds === 1)
  return [...new Set(holding.map(({ tbl }) => tbl))].sort()
}
