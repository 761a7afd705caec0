import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { and, eq, gt, isNull, or } from 'drizzle-orm'
import { build } from '../src/db/query'
import { cases, counters, keys, tenants, timeline, users, wardCouncillors, wards } from '../src/db/schema'
import { fold } from '../src/domain/fold'
import { newId } from '../src/domain/id'
import { formatReference } from '../src/domain/reference'
import { scopes } from '../src/domain/vocabulary'
import { cellOfKey, hashKey, mintKey, prefixLength } from '../src/gate/key-format'
import { demoKeyFile, getCell, type Place } from './cells'
import { run, type Statement, statement } from './database'
import { type DemoCase, demoCases, demoCategories, demoPeople, demoWards } from './demo-cases'
import { insertKey } from './key-records'
import { acted, clock, isUser, newCategories, tenantBySlug, userByEmail } from './records'

const slug = 'demo'
const keyName = 'Demo key'
const { email, ...admin } = demoPeople.morgan

/** Sees to it that the demo tenant is there and that the demo key opens it; gives back the key. Safe to repeat. */
export async function ensureDemo(place: Place): Promise<string> {
  const cell = getCell(place, 0)
  const kept = keptKey(place)
  const [[tenant], [user], [live]] = await run(cell, [
    tenantBySlug(slug),
    userByEmail(slug, email),
    liveKey(await hashKey(kept ?? '')),
  ])
  if (kept && live) return kept

  // A key that the database knows as dead stays dead: another takes its place.
  const key = kept && !tenant ? kept : mintKey()
  keepKey(place, key)
  const now = new Date().toISOString()
  const made = tenant ? { id: tenant.id, adminId: user?.id, statements: [] } : newDemo(now)
  const userId = made.adminId ?? newId(now)
  await run(cell, [
    ...made.statements,
    ...(made.adminId ? [] : [insertAdmin(made.id, userId, now)]),
    statement(build.update(users).set({ enabled: true, role: admin.role }).where(eq(users.id, userId))),
    revokeDemoKeys(made.id),
    ...(await demoKey(key, made.id, userId, now)),
  ])
  return key
}

/** The key as it was kept, unless somebody has damaged it. */
function keptKey(place: Place): string | undefined {
  const file = demoKeyFile(place)
  const key = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  return cellOfKey(key) === 0 ? key : undefined
}

function keepKey(place: Place, key: string): void {
  const file = demoKeyFile(place)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${key}\n`, { mode: 0o600 })
  // `mode` is for new files only.
  chmodSync(file, 0o600)
}

function liveKey(hash: string) {
  const isLive = and(
    eq(keys.hash, hash),
    isNull(keys.revokedAt),
    or(isNull(keys.expiresAt), gt(keys.expiresAt, clock)),
    isUser(slug, email),
    eq(users.enabled, true),
    eq(users.role, admin.role),
  )
  return statement(build.select({ id: keys.id }).from(keys).innerJoin(users, eq(users.id, keys.userId)).where(isLive))
}

const insertAdmin = (tenantId: string, id: string, now: string) =>
  statement(build.insert(users).values({ id, tenantId, ...admin, email, createdAt: now }))

/** Their texts are lost, so nobody could end them otherwise. */
const revokeDemoKeys = (tenantId: string) =>
  statement(
    build
      .update(keys)
      .set({ revokedAt: clock })
      .where(and(eq(keys.tenantId, tenantId), eq(keys.name, keyName), isNull(keys.revokedAt))),
  )

async function demoKey(key: string, tenantId: string, userId: string, now: string): Promise<Statement[]> {
  const row = { hash: await hashKey(key), id: newId(now), prefix: key.slice(0, prefixLength), createdAt: now }
  const unlimited = { quota: null, windowSeconds: null, expiresAt: null }
  return [
    insertKey(row, { tenantId, userId, name: keyName, scopes, ...unlimited }),
    acted(tenantId, 'key.create', row.id, now),
  ]
}

const before = (now: string, days: number) => new Date(Date.parse(now) - days * 24 * 3600 * 1000).toISOString()

/** The demo tenant with everything in it. */
function newDemo(now: string) {
  const foundedAt = before(now, 100)
  const tenant = { id: newId(foundedAt), slug, name: 'Porthmellow Council (demo)', plan: 'council' as const }
  const people = withIds(demoPeople, foundedAt)
  const places = withIds(demoWards, foundedAt)
  const { rows, statement: insertCategories } = newCategories(tenant.id, Object.values(demoCategories), foundedAt)
  const categoryIds = Object.fromEntries(rows.map(({ id, name }) => [name, id]))
  const owned = { tenantId: tenant.id, createdAt: foundedAt }
  const made = newCases(tenant.id, now, {
    person: (key) => people[key].id,
    ward: (key) => places[key].id,
    category: (key) => categoryIds[demoCategories[key]] ?? null,
  })
  const inserts = [
    statement(build.insert(tenants).values({ ...tenant, createdAt: foundedAt })),
    statement(build.insert(users).values(Object.values(people).map((one) => ({ ...one, ...owned })))),
    statement(build.insert(wards).values(Object.values(places).map((one) => wardRow(one, owned)))),
    statement(
      build
        .insert(wardCouncillors)
        .values(Object.values(places).map(({ id, councillor }) => ({ wardId: id, userId: people[councillor].id }))),
    ),
    insertCategories,
    ...made,
    acted(tenant.id, 'tenant.create', tenant.id, now),
  ]
  return { id: tenant.id, adminId: people.morgan.id, statements: inserts }
}

function withIds<K extends string, T extends object>(things: Record<K, T>, at: string) {
  const entries = Object.entries<T>(things).map(([key, thing]) => [key, { ...thing, id: newId(at) }])
  return Object.fromEntries(entries) as Record<K, T & { id: string }>
}

type Ward = (typeof demoWards)[keyof typeof demoWards] & { id: string }

function wardRow({ id, name, tier, about }: Ward, owned: { tenantId: string; createdAt: string }) {
  const described = { boundaryDescription: about, councilTier: tier, updatedAt: owned.createdAt }
  return { id, name, nameKey: fold(name), ...described, ...owned }
}

interface Ids {
  person(key: keyof typeof demoPeople): string
  ward(key: keyof typeof demoWards): string
  category(key: keyof typeof demoCategories): string | null
}

function newCases(tenantId: string, now: string, ids: Ids): Statement[] {
  const numbers = new Map<number, number>()
  const rows = demoCases.map((one) => {
    const year = new Date(before(now, one.taken[0])).getUTCFullYear()
    const number = (numbers.get(year) ?? 0) + 1
    numbers.set(year, number)
    return caseRows(
      one,
      { tenantId, reference: formatReference(year, number), serial: year * 1_000_000 + number },
      now,
      ids,
    )
  })
  const counts = [...numbers].map(([year, n]) => ({ tenantId, kind: 'CW', year, n }))
  return [
    statement(build.insert(cases).values(rows.map(({ row }) => row))),
    statement(build.insert(timeline).values(rows.flatMap(({ entries }) => entries))),
    statement(build.insert(counters).values(counts)),
  ]
}

interface Numbered {
  tenantId: string
  reference: string
  serial: number
}

/** A demo case as rows: the case as its events have left it, and its timeline. */
function caseRows(one: DemoCase, numbered: Numbered, now: string, ids: Ids) {
  const createdAt = before(now, one.taken[0])
  const id = newId(createdAt)
  const entries = entriesOf(one, id, now, ids)
  const moved = (status: string) => entries.find(({ toStatus }) => toStatus === status)?.createdAt ?? null
  const [residentName, residentEmail, residentPhone, residentAddress, residentPostcode] = one.resident
  const row = {
    ...numbered,
    id,
    status: entries.findLast(({ toStatus }) => toStatus)?.toStatus ?? 'open',
    archived: one.isArchived ?? false,
    ...{ residentName, residentEmail, residentPhone, residentAddress, residentPostcode },
    summary: one.summary,
    description: one.description,
    sourceChannel: one.channel,
    categoryId: ids.category(one.category),
    wardId: ids.ward(one.ward),
    assigneeId: one.assignee && ids.person(one.assignee),
    highlightedForPublic: one.published !== undefined,
    publicSummary: one.published?.[0] ?? null,
    publicThemes: one.published?.[1] ?? null,
    version: entries.length,
    resolvedAt: moved('resolved'),
    closedAt: moved('closed'),
    createdAt,
    updatedAt: entries.at(-1)?.createdAt ?? createdAt,
  }
  return { row, entries }
}

function entriesOf({ taken, events, isArchived }: DemoCase, caseId: string, now: string, ids: Ids) {
  type Entry = typeof timeline.$inferInsert
  const entry = (
    days: number,
    by: keyof typeof demoPeople,
    what: Pick<Entry, 'type'> & Partial<Entry>,
    step: number,
  ) => {
    // A minute apart, so that what happened on one day keeps its order.
    const at = before(now, days - step / 1440)
    return {
      caseId,
      id: newId(at),
      actorId: ids.person(by),
      body: null,
      fromStatus: null,
      toStatus: null,
      createdAt: at,
      ...what,
    }
  }
  let status: Entry['toStatus'] = 'open'
  const entries = [entry(taken[0], taken[1], { type: 'created' }, 0)]
  for (const [i, [days, by, what]] of events.entries()) {
    if (what === 'assigned') entries.push(entry(days, by, { type: 'assigned' }, i + 1))
    else if ('note' in what) entries.push(entry(days, by, { type: 'note', body: what.note }, i + 1))
    else {
      entries.push(entry(days, by, { type: 'status_changed', fromStatus: status, toStatus: what.to }, i + 1))
      status = what.to
    }
  }
  const [lastDays, lastBy] = events.at(-1) ?? taken
  if (isArchived) entries.push(entry(lastDays - 1, lastBy, { type: 'archived' }, 0))
  return entries
}
