import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { asIso } from '../../src/db/gate/caller'
import { sqlStatement } from '../../src/db/query'
import { d1Of } from '../support/tenants'

test.each([0, 1, 951_868_799_000, 1_764_163_661_000, 4_102_444_799_000, 253_402_300_799_000])(
  'each millisecond of the second from %d reads as JavaScript writes it',
  async (from) => {
    const numbered = sqlStatement<{ ms: number; iso: string }>(sql`
      with recursive numbers (ms) as (select ${from} union all select ms + 1 from numbers where ms < ${from} + 999)
      select ms, ${asIso(sql`ms`)} as iso from numbers`)
    const { rows } = await runBatch(d1Of(), newMeter(), { rows: numbered.bind({}) })
    expect(rows.length).toBe(1000)
    expect(rows.filter(({ ms, iso }) => iso !== new Date(ms).toISOString())).toEqual([])
  },
)
