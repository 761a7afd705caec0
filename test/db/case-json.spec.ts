import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { assignees, detailColumns } from '../../src/db/cases/case-columns'
import { build, exactlyOne, placeholder, statement } from '../../src/db/query'
import { cases } from '../../src/db/schema/cases'
import { categories, wards } from '../../src/db/schema/directory'
import { Case, CaseList } from '../../src/routes/cases/case-schemas'
import { call } from '../support/call'
import { nextId } from '../support/ids'
import { makeCase, makePlace } from '../support/rows'
import { d1Of, insert, makeKey, makeTenant, makeUser } from '../support/tenants'

/** The columns of a case as drizzle maps them. */
const asMapped = exactlyOne(
  statement(
    build
      .select(detailColumns)
      .from(cases)
      .leftJoin(wards, eq(wards.id, cases.wardId))
      .leftJoin(categories, eq(categories.id, cases.categoryId))
      .leftJoin(assignees, eq(assignees.id, cases.assigneeId))
      .where(eq(cases.id, placeholder('id'))),
  ),
)

const mapped = async (id: string) => (await runBatch(d1Of(), newMeter(), { row: asMapped.bind({ id }) })).row

/** Characters that JSON escapes, or that somebody might think it does, and what looks like a field. */
const awkward = 'Say "no"\\ / \t\n\r\b\f\u0001\u007f\u2028 ’ ä 漢 🕳 {"version":9,"id":"x"}'

async function makeFullCase() {
  const tenant = await makeTenant()
  const { key } = await makeKey(tenant, { role: 'manager' })
  const user = await makeUser(tenant, { role: 'caseworker', name: awkward })
  const id = await makeCase(tenant, {
    internal_ref: 'HIGHWAYS-77',
    external_id: 'crm-10042',
    archived: 0,
    resident_name: awkward,
    resident_email: 'alex@example.com',
    resident_phone: '01632 960001',
    resident_address: awkward,
    resident_postcode: 'TR11AA',
    summary: awkward,
    description: awkward,
    ward_id: await makePlace('wards', tenant, { name: awkward }),
    category_id: await makePlace('categories', tenant, { name: awkward }),
    assignee_id: user.id,
    highlighted_for_public: 1,
    public_summary: awkward,
    public_themes: 'roads, safety',
    version: 3,
    created_at: 1_772_355_600_007,
    updated_at: 1_772_355_600_999,
  })
  const entry = { case_id: id, type: 'status_changed', body: awkward, from_status: 'open', to_status: 'closed' }
  await insert('timeline', { ...entry, id: nextId(), actor_id: user.id, created_at: 1_772_355_600_010 })
  return { tenant, key, id }
}

describe('The JSON that SQLite makes of a case', () => {
  it.each(['full', 'bare'])('is what its schema says and what drizzle makes of the row: a %s one', async (kind) => {
    const full = await makeFullCase()
    const id = kind === 'full' ? full.id : await makeCase(full.tenant)
    const text = await (await call(`/api/cases/${id}`, { key: full.key })).text()
    const { timeline, ...shown } = JSON.parse(text)

    // Unknown fields are stripped by the schema, at any depth.
    expect(Case.parse(JSON.parse(text))).toEqual(JSON.parse(text))
    expect(shown).toEqual(await mapped(id))
    expect(Object.keys(shown)).toEqual(Object.keys(detailColumns))
    expect(timeline).toHaveLength(kind === 'full' ? 1 : 0)
  })

  it('is the same of a list, but for the fields of a single case', async () => {
    const { tenant, key } = await makeFullCase()
    await makeCase(tenant)
    const text = await (await call('/api/cases', { key })).text()
    const list = JSON.parse(text)

    expect(list.cases).toHaveLength(2)
    expect(CaseList.parse(list)).toEqual(list)
    for (const shown of list.cases) expect(await mapped(shown.id)).toMatchObject(shown)
  })

  it('is spelled as JSON.stringify spells it, so that a text and its parsed value have one ETag', async () => {
    const { key, id } = await makeFullCase()
    const one = await (await call(`/api/cases/${id}`, { key })).text()
    const list = await (await call('/api/cases', { key })).text()

    expect(one).toContain('Say \\"no\\"\\\\ / \\t\\n\\r\\b\\f\\u0001\u007f\u2028')
    expect(one).toBe(JSON.stringify(JSON.parse(one)))
    expect(list).toBe(JSON.stringify(JSON.parse(list)))
  })

  it('has an ETag with the case’s own version, whatever its texts say', async () => {
    const { key, id } = await makeFullCase()
    expect((await call(`/api/cases/${id}`, { key })).headers.get('ETag')).toMatch(/^"3-[0-9a-f]{16}"$/)
  })

  it('has every millisecond of a time', async () => {
    const tenant = await makeTenant()
    const { key } = await makeKey(tenant, { role: 'manager' })
    for (const time of [1_772_355_600_001, 1_772_355_600_029, 1_772_355_600_501, 4_102_444_799_999, 1_000]) {
      const id = await makeCase(tenant, { created_at: time, updated_at: time })
      const { createdAt } = await (await call(`/api/cases/${id}`, { key })).json<{ createdAt: string }>()
      expect(createdAt).toBe(new Date(time).toISOString())
    }
  })
})
