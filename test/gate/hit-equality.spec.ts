import { eq, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { clock, isLive, quota, windowMs } from '../../src/db/gate/caller'
import { addressHit, hit } from '../../src/db/gate/hit'
import { type GateValues, gatePlaceholder, gateValues } from '../../src/db/gate/placeholder'
import { type BoundStatement, build, type Statement, statement } from '../../src/db/query'
import { keys, users, windows } from '../../src/db/schema/tenants'
import { pathOfNobody } from '../../src/domain/address-ranges'
import { d1Of, makeKey, makeTenant, makeUser } from '../support/tenants'

// Thousands of arrivals; a slow machine may take its time.
vi.setConfig({ testTimeout: 60_000 })

// The hit as drizzle builds it: the same statement once more, put together from other pieces.
const time = sql`max(excluded.hits, substr(${windows.hits}, -13))`
const recordHit = {
  target: windows.id,
  set: {
    quota: sql`excluded.quota`,
    windowMs: sql`excluded.window_ms`,
    hits: sql`substr(${windows.hits} || ${time}, -13 * excluded.quota)`,
    admissionId: sql`excluded.mark`,
    total: sql`${windows.total} + 1`,
    days: sql`
      case when substr(${windows.days}, -17, 8) >= substr(excluded.days, 1, 8)
      then substr(${windows.days}, 1, length(${windows.days}) - 9) || printf('%09d', cast(substr(${windows.days}, -9) as integer) + 1)
      else substr(${windows.days} || excluded.days, -17 * 30) end`,
  },
  setWhere: sql`
    length(${windows.hits}) < 13 * excluded.quota
    or cast(substr(${windows.hits}, -13 * excluded.quota, 13) as integer) <= cast(${time} as integer) - excluded.window_ms`,
}
const firstHit = {
  hits: sql<string>`printf('%013d', ${clock})`.as('hits'),
  admissionId: sql<string>`${gatePlaceholder('admissionId')}`.as('mark'),
  total: sql<number>`1`.as('total'),
  days: sql<string>`strftime('%Y%m%d', ${clock} / 1000, 'unixepoch') || '000000001'`.as('days'),
}
const admitted = { admitted: sql<number>`1`.as('admitted') }

const builtHit = statement(
  build
    .insert(windows)
    .select(
      build
        .select({
          id: sql<string>`${keys.familyId}`.as('id'),
          quota: quota.as('quota'),
          windowMs: windowMs.as('window_ms'),
          ...firstHit,
        })
        .from(keys)
        .innerJoin(users, eq(users.id, keys.userId))
        .where(isLive),
    )
    .onConflictDoUpdate(recordHit)
    .returning(admitted),
)

const builtAddressHit = statement(
  build
    .insert(windows)
    .select(
      build
        .select({
          id: sql<string>`${gatePlaceholder('client')}`.as('id'),
          quota: sql<number>`${gatePlaceholder('limit')}`.as('quota'),
          windowMs: sql<number>`${gatePlaceholder('windowSeconds')} * 1000`.as('window_ms'),
          ...firstHit,
        })
        .from(sql`(select 1)`)
        .where(sql`true`),
    )
    .onConflictDoUpdate(recordHit)
    .returning(admitted),
)

const start = Date.UTC(2026, 0, 5, 23, 59, 58)

/** How far the clock moves before each arrival, and the limit from now on where it changes. */
const arrivals = fc.array(
  fc.record({
    by: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 900 }) },
      { weight: 2, arbitrary: fc.constantFrom(1999, 2000, 2001) },
      { weight: 1, arbitrary: fc.integer({ min: -5_000, max: 0 }) },
      { weight: 1, arbitrary: fc.constantFrom(86_400_000, 40 * 86_400_000, -86_400_000) },
    ),
    limit: fc.integer({ min: 1, max: 6 }),
    isLimitNew: fc.boolean(),
  }),
  { minLength: 80, maxLength: 120 },
)

/** A window's row as text, and whether this arrival was admitted. */
interface Seen {
  admitted: unknown[]
  row: unknown
}

/** One hit and what it leaves of its window. */
function seenAfter(arrived: BoundStatement<unknown[]>, windowId: string): BoundStatement<Seen> {
  const look = { sql: 'select quota, window_ms, hits, mark, total, days from windows where id = ?', params: [windowId] }
  return {
    statements: [...arrived.statements, look],
    rows: ([result, left]) => ({ admitted: result ? arrived.rows([result]) : [], row: left?.results[0] }),
  }
}

/** Who arrives, and the window that counts them. */
interface Caller {
  who: Partial<GateValues>
  windowId: string
}

/** Sends the same arrivals through two hits, each with a window of its own, and gives back what both of them do. */
async function play(
  played: readonly { by: number; limit: number; isLimitNew: boolean }[],
  [written, built]: [Statement<unknown[]>, Statement<unknown[]>],
  [first, second]: [Caller, Caller],
) {
  let at = start
  let limit = 3
  const batch: Record<string, BoundStatement<Seen>> = {}
  for (const [index, { by, limit: newLimit, isLimitNew }] of played.entries()) {
    at += by
    limit = isLimitNew ? newLimit : limit
    const shared = { at, limit, windowSeconds: 2, admissionId: `admission ${index}` }
    batch[`${index} written`] = seenAfter(written.bind(gateValues({ ...shared, ...first.who })), first.windowId)
    batch[`${index} built`] = seenAfter(built.bind(gateValues({ ...shared, ...second.who })), second.windowId)
  }
  const seen = await runBatch(d1Of(), newMeter(), batch)
  const of = (which: string) => played.map((_, index) => seen[`${index} ${which}`])
  return { written: of('written'), built: of('built') }
}

/** How many arrivals were admitted and refused: neither may be rare, or the comparison would prove little. */
function countIn(counts: { admitted: number; refused: number }, seen: readonly (Seen | undefined)[]): void {
  for (const one of seen) counts[one?.admitted.length === 1 ? 'admitted' : 'refused'] += 1
}

test('a key’s hit leaves what the built one leaves, whatever the clock and the limit do', async () => {
  const tenant = await makeTenant()
  const user = await makeUser(tenant)
  const counts = { admitted: 0, refused: 0 }
  const property = fc.asyncProperty(arrivals, async (played) => {
    const made = () => makeKey(tenant, { user })
    const [first, second] = [await made(), await made()]
    await d1Of()
      .prepare('update keys set quota = null, window_seconds = null where tenant_id = ?')
      .bind(tenant.id)
      .run()
    const { written, built } = await play(
      played,
      [hit, builtHit],
      [
        { who: { hash: first.hash, address: pathOfNobody }, windowId: first.familyId },
        { who: { hash: second.hash, address: pathOfNobody }, windowId: second.familyId },
      ],
    )
    expect(written).toEqual(built)
    countIn(counts, written)
  })
  await fc.assert(property, { numRuns: 30 })
  expect(counts.admitted).toBeGreaterThan(500)
  expect(counts.refused).toBeGreaterThan(500)
})

test('an address’s hit leaves what the built one leaves, whatever the clock and the limit do', async () => {
  const counts = { admitted: 0, refused: 0 }
  const property = fc.asyncProperty(arrivals, async (played) => {
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()]
    const { written, built } = await play(
      played,
      [addressHit, builtAddressHit],
      [
        { who: { client: first }, windowId: first },
        { who: { client: second }, windowId: second },
      ],
    )
    expect(written).toEqual(built)
    countIn(counts, written)
  })
  await fc.assert(property, { numRuns: 30 })
  expect(counts.admitted).toBeGreaterThan(500)
  expect(counts.refused).toBeGreaterThan(500)
})

test('neither hit admits a key that is not live', async () => {
  const { hash, familyId } = await makeKey(await makeTenant(), { revokedAt: start })
  const values = gateValues({ hash, address: pathOfNobody, at: start, limit: 3, windowSeconds: 2, admissionId: 'one' })

  const seen = await runBatch(d1Of(), newMeter(), {
    written: seenAfter(hit.bind(values), familyId),
    built: seenAfter(builtHit.bind(values), familyId),
  })

  expect(seen).toEqual({ written: { admitted: [], row: undefined }, built: { admitted: [], row: undefined } })
})
