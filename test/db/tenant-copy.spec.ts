import { expect, test } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { tenantCopy } from '../../src/db/tenant-copy'
import { makeCases } from '../support/rows'
import { d1Of, makeTenant, type TestTenant } from '../support/tenants'

/** A tenant with 250 cases, each with two notes. */
async function busyTenant(): Promise<TestTenant> {
  const tenant = await makeTenant()
  await makeCases(tenant, 250)
  await d1Of()
    .prepare(
      `insert into timeline (case_id, id, type, actor_id, created_at)
       select id, note.column1, 'note', 'U', 1000 from cases, (values ('N1'), ('N2')) as note where tenant_id = ?`,
    )
    .bind(tenant.id)
    .run()
  return tenant
}

test.each([
  ['cases', 250],
  ['timeline', 500],
])('Portions of %s go on where the last one ended, and hold each row of the tenant once', async (name, rows) => {
  const [tenant] = [await busyTenant(), await busyTenant()]
  const copy = tenantCopy.find((one) => one.name === name)
  const texts: string[] = []
  for (let after = ''; copy; ) {
    const named = { rows: copy.take.bind({ tenantId: tenant.id, after, most: 100 }) }
    const portion = (await runBatch(d1Of(), newMeter(), named)).rows
    texts.push(...portion.map(({ row }) => row))
    const last = portion.at(-1)
    if (!last || portion.length < 100) break
    after = last.position
  }
  expect({ all: texts.length, different: new Set(texts).size }).toEqual({ all: rows, different: rows })
  expect(texts.every((text) => text.includes(`"${tenant.id}`))).toBe(true)
})
