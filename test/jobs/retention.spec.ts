import { env } from 'cloudflare:workers'
import { encodeTime } from 'ulid'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { walkCounters } from '../../src/db/counters/walk'
import { notesAtOnce, rowsAtOnce } from '../../src/db/retention/rules'
import { daily } from '../../src/jobs/daily'
import { removeDue, retain } from '../../src/jobs/retention'
import { runnerOf } from '../../src/jobs/walk'
import { call } from '../support/call'
import { logOf } from '../support/changes'
import { d1With } from '../support/gate-app'
import { nextId } from '../support/ids'
import { makeCase, makeCases, makePlace, makeSubmission } from '../support/rows'
import { d1Of, insert, makeKey, makeTenant, makeUser, type TestTenant } from '../support/tenants'
import { makeEndpoint, receive, sendTo } from '../support/webhooks'

const at = (iso: string) => Date.parse(iso)
const now = at('2027-03-31T12:00:00Z')

/** What the job does to one tenant at a moment. */
const retainAt = (moment: number, tenant: TestTenant, d1 = d1Of(tenant.cell)) =>
  removeDue(runnerOf(d1), { isLate: () => false, only: tenant.slug, at: moment })

const rowOf = (table: string, id: string) => d1Of().prepare(`select * from ${table} where id = ?`).bind(id).first()

const resident = {
  resident_name: 'Zebedee Quillfeather',
  resident_email: 'zebedee@example.com',
  resident_phone: '01632 960123',
  resident_address: '12 Example Street',
  resident_postcode: 'TR261AA',
  summary: 'Quillfeather and the gate',
  description: 'Zebedee Quillfeather rang about the gate.',
  internal_ref: 'QUILL-1',
  external_id: 'crm-7',
}

const closedIn2026 = (closed: string) => ({ status: 'closed', closed_at: at(closed), created_at: 1, updated_at: 2 })

describe('A closed case', () => {
  it('loses its resident after the tenant’s months, and nothing else', async () => {
    const tenant = await makeTenant()
    const { key, user } = await makeKey(tenant)
    const wardId = await makePlace('wards', tenant)
    const message = await makeSubmission(tenant, {
      ...{
        name: 'Zebedee Quillfeather',
        email: 'zebedee@example.com',
        phone: '01632 960123',
        address: '12 Example St',
      },
      ...{
        postcode: 'TR261AA',
        message: 'The gate is broken.',
        status: 'converted',
        ward_id: wardId,
        search_key: ' zebedee',
      },
    })
    const id = await makeCase(tenant, {
      ...resident,
      ...closedIn2026('2026-03-31T12:00:00Z'),
      ...{ ward_id: wardId, assignee_id: user.id, public_summary: 'A gate was mended.', public_themes: 'gates' },
      ...{ submission_id: message, version: 4, resolved_at: 5 },
    })
    const note = { case_id: id, type: 'note', body: 'Zebedee rang again.', actor_id: user.id, created_at: 3 }
    await insert('timeline', { ...note, id: nextId() })
    await insert('timeline', { ...note, id: nextId(), type: 'status_changed', body: null, to_status: 'closed' })
    const before = await rowOf('cases', id)
    const messageBefore = await rowOf('submissions', message)

    expect(await retainAt(now - 1, tenant)).toEqual({
      cases: 0,
      spam: 0,
      dismissed: 0,
      audit: 0,
      disclosures: 0,
      done: true,
    })
    expect(await rowOf('cases', id)).toEqual(before)
    expect(await retainAt(now, tenant)).toEqual({
      cases: 1,
      spam: 0,
      dismissed: 0,
      audit: 0,
      disclosures: 0,
      done: true,
    })

    const after = await rowOf('cases', id)
    const written = expect.closeTo(Date.now(), -5)
    expect(after).toEqual({
      ...before,
      ...{ resident_name: 'Removed', resident_email: null, resident_phone: null, resident_address: null },
      ...{ resident_postcode: 'TR26', summary: 'Removed', description: null, internal_ref: null },
      ...{ version: 5, anonymised_at: written, updated_at: written },
    })
    expect(await rowOf('submissions', message)).toEqual({
      ...messageBefore,
      ...{
        name: 'Removed',
        email: null,
        phone: null,
        address: null,
        postcode: 'TR26',
        message: 'Removed',
        search_key: null,
      },
      ...{ version: 2, updated_at: after?.updated_at },
    })
    const { results } = await d1Of().prepare('select type, body from timeline where case_id = ?').bind(id).all()
    expect(results).toEqual([
      { type: 'note', body: null },
      { type: 'status_changed', body: null },
    ])
    expect(await logOf(tenant)).toEqual([
      {
        sequence: 1,
        event: 'case_updated',
        type: 'case',
        target: id,
        reference: before?.reference,
        from: null,
        to: null,
      },
    ])
    const got = await call(`/api/cases/${id}`, { key })
    expect(await got.json()).toMatchObject({ residentName: 'Removed', summary: 'Removed', externalId: 'crm-7' })
    for (const word of ['Quillfeather', 'zebedee', 'QUILL', 'TR261AA', 'gate']) {
      const found = await call(`/api/cases?search=${word}`, { key })
      expect(await found.json()).toMatchObject({ cases: [] })
    }
  })

  it('has its removal recorded, one entry a portion, without a user', async () => {
    const tenant = await makeTenant()
    await makeCases(tenant, rowsAtOnce + 1, closedIn2026('2026-01-01T00:00:00Z'))
    await retainAt(now, tenant)
    const { results } = await d1Of()
      .prepare(
        'select key_id, user_id, action, target_type, target_id, request_id from audit where tenant_id = ? order by id',
      )
      .bind(tenant.id)
      .all()
    const nobody = { key_id: null, user_id: null, request_id: null, action: 'case.anonymise', target_type: 'case' }
    expect(results).toEqual([
      { ...nobody, target_id: `${tenant.id}:${rowsAtOnce}` },
      { ...nobody, target_id: `${tenant.id}:1` },
    ])
  })

  it('has a change for each case, numbered without a gap after those that are there, at the moment of the removal', async () => {
    const [tenant, other] = [await makeTenant(), await makeTenant()]
    const { key } = await makeKey(tenant)
    await call('/api/cases', { key, json: { residentName: 'Alex Resident', summary: 'Pothole' } })
    await makeCases(tenant, rowsAtOnce + 1, closedIn2026('2026-01-01T00:00:00Z'))
    await makeCases(other, 1, closedIn2026('2026-01-01T00:00:00Z'))
    for (const one of [tenant, other]) await retainAt(now, one)
    const log = await logOf(tenant)
    expect(log.map(({ sequence }) => sequence)).toEqual(Array.from({ length: rowsAtOnce + 2 }, (_, i) => i + 1))
    expect(log.map(({ event }) => event)).toEqual(['case_created', ...Array(rowsAtOnce + 1).fill('case_updated')])
    expect(await logOf(other)).toMatchObject([{ sequence: 1, event: 'case_updated' }])
    const apart = d1Of().prepare(
      `select count(*) as n, count(distinct changes.id) as ids from changes join cases on cases.id = target_id
       where changes.tenant_id = ? and event = 'case_updated' and at = updated_at and changes.reference = cases.reference`,
    )
    expect(await apart.bind(tenant.id).first()).toEqual({ n: rowsAtOnce + 1, ids: rowsAtOnce + 1 })
  })

  it('leaves every counter as it is', async () => {
    const tenant = await makeTenant()
    const [user, wardId] = [await makeUser(tenant, { role: 'caseworker' }), await makePlace('wards', tenant)]
    await makeCase(tenant, {
      ...resident,
      ...closedIn2026('2026-01-01T00:00:00Z'),
      ward_id: wardId,
      assignee_id: user.id,
    })
    await makeCase(tenant, { created_at: 1, updated_at: 1, status: 'open' })
    const before = await countersOf(tenant)
    expect(before.flat().length).toBeGreaterThan(3)
    expect(await retainAt(now, tenant)).toMatchObject({ cases: 1 })
    expect(await countersOf(tenant)).toEqual(before)
    for await (const { differences } of walkCounters(runnerOf(d1Of()), { repair: false, tenantId: tenant.id }))
      expect(differences).toEqual([])
  })

  it('has no name in a message of a webhook that is sent afterwards', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const made = await call('/api/cases', { key, json: { residentName: 'Zebedee Quillfeather', summary: 'Gate' } })
    const { id } = await made.json<{ id: string }>()
    const close = d1Of().prepare("update cases set status = 'closed', closed_at = ? where id = ?")
    await close.bind(at('2026-01-01T00:00:00Z'), id).run()
    await retainAt(now, tenant)
    const sent = receive()
    await sendTo(await makeEndpoint(tenant, { events: 'case_created case_updated' }))
    vi.unstubAllGlobals()
    const names = sent.map(({ message }) => [message.event, message.data.residentName])
    expect(names).toEqual([
      ['case_created', 'Removed'],
      ['case_updated', 'Removed'],
    ])
  })

  it.each([
    ['open', { status: 'open', closed_at: null }],
    ['resolved', { status: 'resolved', resolved_at: 1, closed_at: null }],
    ['closed a moment later', { status: 'closed', closed_at: at('2026-03-31T12:00:00.001Z') }],
  ])('that is %s keeps its resident', async (_, columns) => {
    const tenant = await makeTenant()
    const id = await makeCase(tenant, { ...resident, created_at: 1, updated_at: 1, ...columns })
    await retainAt(now, tenant)
    expect(await rowOf('cases', id)).toMatchObject({ resident_name: 'Zebedee Quillfeather', version: 1 })
  })

  it('goes by its own tenant’s setting, in months of the calendar', async () => {
    const [one, two] = [await makeTenant(), await makeTenant()]
    await d1Of().prepare('update tenants set anonymise_after_months = 1 where id = ?').bind(one.id).run()
    const closed = closedIn2026('2027-02-28T12:00:00.001Z')
    const ids = [await makeCase(one, closed), await makeCase(two, closed)]
    await retainAt(now, one)
    await retainAt(now, two)
    expect(await namesOf(ids)).toEqual(['Alex Resident', 'Alex Resident'])
    await retainAt(at('2027-04-01T00:00:00Z'), one)
    await retainAt(at('2027-04-01T00:00:00Z'), two)
    expect(await namesOf(ids)).toEqual(['Removed', 'Alex Resident'])
  })

  it('that is written to afterwards is due again', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant)
    const id = await makeCase(tenant, { ...resident, ...closedIn2026('2026-01-01T00:00:00Z') })
    await retainAt(now, tenant)
    const note = await call(`/api/cases/${id}/notes`, { key, json: { body: 'Zebedee came by.' } })
    expect(note.status).toBe(201)
    const changed = await call(`/api/cases/${id}`, { method: 'PATCH', key, json: { residentName: 'Zebedee' } })
    expect(changed.status).toBe(200)
    expect(await retainAt(now, tenant)).toMatchObject({ cases: 1 })
    const left = await (await call(`/api/cases/${id}`, { key })).json<{ timeline: { body: string | null }[] }>()
    expect(left).toMatchObject({ residentName: 'Removed', residentPostcode: 'TR26', status: 'closed', version: 5 })
    expect(left.timeline.map(({ body }) => body)).not.toContain('Zebedee came by.')
  })

  it('that is reopened while the job runs keeps its resident', async () => {
    const tenant = await makeTenant()
    const id = await makeCase(tenant, closedIn2026('2026-01-01T00:00:00Z'))
    let trips = 0
    const d1 = d1With(async (statements) => {
      // The tenants, what is due, the portion's end, and the portion.
      if (++trips === 4)
        await d1Of().prepare("update cases set status = 'open', closed_at = null where id = ?").bind(id).run()
      return env.DB.batch(statements)
    })
    expect(await retainAt(now, tenant, d1)).toMatchObject({ cases: 0, done: true })
    expect(await namesOf([id])).toEqual(['Alex Resident'])
    expect(await d1Of().prepare('select count(*) as n from audit where tenant_id = ?').bind(tenant.id).first('n')).toBe(
      0,
    )
  })

  it('keeps its resident where the setting was raised while the job ran', async () => {
    const tenant = await makeTenant()
    const id = await makeCase(tenant, closedIn2026('2026-01-01T00:00:00Z'))
    const raise = d1Of().prepare('update tenants set anonymise_after_months = 24 where id = ?').bind(tenant.id)
    let trips = 0
    const d1 = d1With(async (statements) => {
      if (++trips === 4) await raise.run()
      return env.DB.batch(statements)
    })
    await retainAt(now, tenant, d1)
    expect(await namesOf([id])).toEqual(['Alex Resident'])
  })
})

const countersOf = async ({ id }: TestTenant) => {
  const tables = ['case_counts', 'case_tallies'].map((name) =>
    d1Of().prepare(`select * from ${name} where tenant_id = ? order by 1, 2, 3, 4, 5`).bind(id),
  )
  return (await d1Of().batch(tables)).map(({ results }) => results)
}

const namesOf = async (ids: string[]) => {
  const { results } = await d1Of()
    .prepare('select resident_name as name from cases where id in (select value from json_each(?)) order by id')
    .bind(JSON.stringify(ids))
    .all<{ name: string }>()
  return results.map(({ name }) => name)
}

describe('A message', () => {
  it('goes 30 days after it was filed as spam, 6 months after it was dismissed, and never while it is new', async () => {
    const tenant = await makeTenant()
    const old = (updated: string) => ({ created_at: 1, updated_at: at(updated) })
    await makeSubmission(tenant, { reference: 'spam, old', status: 'spam', ...old('2027-03-01T12:00:00Z') })
    await makeSubmission(tenant, { reference: 'spam, young', status: 'spam', ...old('2027-03-01T12:00:00.001Z') })
    await makeSubmission(tenant, { reference: 'dismissed, old', status: 'dismissed', ...old('2026-09-30T12:00:00Z') })
    await makeSubmission(tenant, {
      reference: 'dismissed, young',
      status: 'dismissed',
      ...old('2026-09-30T12:00:00.001Z'),
    })
    await makeSubmission(tenant, { reference: 'new', status: 'new', ...old('2020-01-01T00:00:00Z') })
    await makeSubmission(tenant, { reference: 'converted', status: 'converted', ...old('2020-01-01T00:00:00Z') })
    expect(await retainAt(now, tenant)).toEqual({
      cases: 0,
      spam: 1,
      dismissed: 1,
      audit: 0,
      disclosures: 0,
      done: true,
    })
    const { results } = await d1Of()
      .prepare('select reference from submissions where tenant_id = ? order by reference')
      .bind(tenant.id)
      .all<{ reference: string }>()
    const left = ['converted', 'dismissed, young', 'new', 'spam, young']
    expect(results.map(({ reference }) => reference)).toEqual(left)
    const acts = await d1Of().prepare('select action, target_id from audit where tenant_id = ?').bind(tenant.id).all()
    const act = { action: 'submission.delete', target_id: `${tenant.id}:1` }
    expect(acts.results).toEqual([act, act])
  })
})

describe('An audit entry', () => {
  it('goes after 24 months, by its own time', async () => {
    const tenant = await makeTenant()
    const entry = { tenant_id: tenant.id, action: 'case.update', target_type: 'case', target_id: 'x' }
    const add = (id: string, time: string) => insert('audit', { ...entry, id, at: at(time) })
    const idAt = (time: string) => `${encodeTime(at(time))}0000000000000000`
    await add(idAt('2025-03-31T12:00:00Z'), '2025-03-31T12:00:00Z')
    await add(idAt('2025-03-31T12:00:02Z'), '2025-03-31T12:00:00.000Z')
    await add(idAt('2025-03-31T11:59:59Z'), '2025-03-31T12:00:00.001Z')
    await add(idAt('2026-03-31T12:00:00Z'), '2026-03-31T12:00:00Z')
    expect(await retainAt(now, tenant)).toMatchObject({ audit: 2 })
    const { results } = await d1Of()
      .prepare('select action, at from audit where tenant_id = ? order by at')
      .bind(tenant.id)
      .all()
    expect(results).toEqual([
      { action: 'case.update', at: at('2025-03-31T12:00:00.001Z') },
      { action: 'case.update', at: at('2026-03-31T12:00:00Z') },
      { action: 'audit.delete', at: expect.closeTo(Date.now(), -5) },
    ])
  })
})

describe('A disclosure', () => {
  it('goes after 24 months, when the whole of its day is past, and so does each of many on a day', async () => {
    const tenant = await makeTenant()
    const count = rowsAtOnce + 1
    const sql = `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ?3)
      insert into disclosures select ?1, ?2, iif(n % 2, 'case', 'submission'), 't-' || (n / 3), 'k-' || n, 'u' from numbers`
    for (const day of ['2025-03-29', '2025-03-30', '2025-03-31', '2027-03-31'])
      await d1Of().prepare(sql).bind(tenant.id, day, count).run()
    expect(await retainAt(now, tenant)).toMatchObject({ disclosures: 2 * count, done: true })
    const left = d1Of().prepare('select day, count(*) as n from disclosures where tenant_id = ? group by 1 order by 1')
    expect((await left.bind(tenant.id).all()).results).toEqual([
      { day: '2025-03-31', n: count },
      { day: '2027-03-31', n: count },
    ])
    const { results } = await d1Of()
      .prepare('select action, target_id from audit where tenant_id = ?')
      .bind(tenant.id)
      .all()
    const act = (n: number) => ({ action: 'disclosure.delete', target_id: `${tenant.id}:${n}` })
    expect(results).toEqual([act(rowsAtOnce), act(rowsAtOnce), act(2)])
  })
})

describe('The daily job', () => {
  let lines: Record<string, unknown>[]
  beforeEach(() => {
    lines = []
  })
  const log = (line: string) => lines.push(JSON.parse(line))
  const time = '2026-03-01T03:17:00.000Z'
  const clock = () => at(time)
  const nothing = { cases: 0, spam: 0, dismissed: 0, audit: 0, disclosures: 0, done: true }

  it('visits every cell, and says in a line of each what it has removed', async () => {
    const tenant = await makeTenant({ cell: 1 })
    const id = await makeCase(tenant, closedIn2026('2001-01-01T00:00:00Z'))
    await daily(env, { now: clock, log })
    const own = lines.filter(({ job }) => job === 'retention').toSorted((a, b) => Number(a.cell) - Number(b.cell))
    expect(own).toEqual([
      { time, job: 'retention', cell: 0, ...nothing },
      { time, job: 'retention', cell: 1, ...nothing, cases: 1 },
    ])
    // Personal data first: recounting may take what time there is.
    expect(lines.map(({ job }) => job)).toEqual(['retention', 'retention', 'sweep', 'sweep'])
    const left = await d1Of(1).prepare('select resident_name as name from cases where id = ?').bind(id).first('name')
    expect(left).toBe('Removed')
  })

  it('goes on with the next tenant where one fails, and with this one the next day', async () => {
    const [one, two] = [await makeTenant(), await makeTenant()]
    for (const tenant of [one, two]) await makeCase(tenant, closedIn2026('2001-01-01T00:00:00Z'))
    const d1 = d1With((statements) => {
      if (++trips === 3) throw new Error('D1_ERROR: something else: SQLITE_CORRUPT')
      return env.DB.batch(statements)
    })
    let trips = 0
    await expect(retain({ ...env, DB: d1 }, { now: clock, log })).rejects.toThrow(
      'The retention has failed in these cells: 0',
    )
    expect(lines).toContainEqual({
      time,
      job: 'retention',
      cell: 0,
      ...nothing,
      cases: 1,
      done: false,
      cause: 'unexpected',
    })
    lines = []
    await retain(env, { now: clock, log })
    expect(lines).toContainEqual({ time, job: 'retention', cell: 0, ...nothing, cases: 1 })
  })

  it('that stops takes up where it has stopped, and does nothing twice', async () => {
    const tenant = await makeTenant()
    await makeCases(tenant, 3 * rowsAtOnce, closedIn2026('2001-01-01T00:00:00Z'))
    let portions = 0
    const run = runnerOf(d1Of())
    const first = await removeDue(run, { only: tenant.slug, isLate: () => portions === 1, took: () => portions++ })
    expect(first).toEqual({ ...nothing, cases: rowsAtOnce, done: false })
    expect(await retainAt(Date.now(), tenant)).toEqual({ ...nothing, cases: 2 * rowsAtOnce })
    const versions = d1Of().prepare('select version, count(*) as n from cases where tenant_id = ? group by 1')
    expect((await versions.bind(tenant.id).all()).results).toEqual([{ version: 2, n: 3 * rowsAtOnce }])
    expect(await retainAt(Date.now(), tenant)).toEqual(nothing)
  })

  it('takes fewer cases at once where they have many notes', async () => {
    const tenant = await makeTenant()
    const user = await makeUser(tenant)
    await makeCases(tenant, 5, closedIn2026('2001-01-01T00:00:00Z'))
    await d1Of()
      .prepare(
        `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n <= ?2)
         insert into timeline (case_id, id, type, body, actor_id, created_at)
         select cases.id, 'n' || n, 'note', 'A note', ?3, 1 from cases, numbers where tenant_id = ?1`,
      )
      .bind(tenant.id, notesAtOnce / 2, user.id)
      .run()
    const portions: number[] = []
    const took = (_tenant: unknown, _rule: unknown, rows: number) => portions.push(rows)
    await removeDue(runnerOf(d1Of()), { only: tenant.slug, isLate: () => false, took })
    expect(portions).toEqual([1, 1, 1, 1, 1])
    const left = d1Of().prepare(
      'select count(*) as n from timeline where body is not null and case_id in (select id from cases where tenant_id = ?)',
    )
    expect(await left.bind(tenant.id).first('n')).toBe(0)
  })
})
