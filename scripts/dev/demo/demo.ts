import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { and, eq, gt, isNull, or } from 'drizzle-orm'
import { build } from '../../../src/db/query'
import { wardCouncillors, wards } from '../../../src/db/schema/directory'
import { keys, tenants, users } from '../../../src/db/schema/tenants'
import { fold } from '../../../src/domain/fold'
import { newId } from '../../../src/domain/id'
import { scopes } from '../../../src/domain/vocabulary'
import { cellOfKey, hashKey, mintKey, prefixLength } from '../../../src/gate/key-format'
import { demoKeyFile, getCell, type Place } from '../../operator/cells'
import { type InlineStatement, inlineStatement, run } from '../../operator/database'
import { insertKey } from '../../operator/key-records'
import { allReleases } from '../../operator/postcodes/releases'
import { acted, clock, isUser, newCategories, tenantBySlug, userByEmail } from '../../operator/records'
import { before, type DemoIds, newCases } from './case-rows'
import { demoCategories, demoCouncilCode, demoPeople, demoWards } from './cases'
import { newSampleRelease } from './postcodes'
import { newPublications } from './publications'
import { newSubmissions } from './submissions'

const slug = 'demo'
const keyName = 'Demo key'
const { email, ...admin } = demoPeople.morgan
const demoTenant = {
  name: 'Porthmellow Council (demo)',
  plan: 'council',
  councilCode: demoCouncilCode,
  contactEmail: 'casework@example.com',
  contactPhone: '01632 960100',
} as const

/** Sees to it that the demo tenant is there and that the demo key opens it; gives back the key. Safe to repeat. */
export async function ensureDemo(place: Place): Promise<string> {
  const cell = getCell(place, 0)
  const kept = keptKey(place)
  const [[tenant], [user], [live], releases] = await run(cell, [
    tenantBySlug(slug),
    userByEmail(slug, email),
    liveKey(await hashKey(kept ?? '')),
    allReleases,
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
    ...(tenant ? [] : await newSampleRelease(releases)),
    ...(made.adminId ? [] : [insertAdmin(made.id, userId, now)]),
    inlineStatement(build.update(users).set({ enabled: true, role: admin.role }).where(eq(users.id, userId))),
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
  return inlineStatement(
    build.select({ id: keys.id }).from(keys).innerJoin(users, eq(users.id, keys.userId)).where(isLive),
  )
}

const insertAdmin = (tenantId: string, id: string, now: string) =>
  inlineStatement(build.insert(users).values({ id, tenantId, ...admin, email, createdAt: now }))

/** Their texts are lost, so nobody could end them otherwise. */
const revokeDemoKeys = (tenantId: string) =>
  inlineStatement(
    build
      .update(keys)
      .set({ revokedAt: clock })
      .where(and(eq(keys.tenantId, tenantId), eq(keys.name, keyName), isNull(keys.revokedAt))),
  )

async function demoKey(key: string, tenantId: string, userId: string, now: string): Promise<InlineStatement[]> {
  const row = { hash: await hashKey(key), id: newId(now), prefix: key.slice(0, prefixLength), createdAt: now }
  const unlimited = { quota: null, windowSeconds: null, expiresAt: null }
  return [
    insertKey(row, { tenantId, userId, name: keyName, scopes, ...unlimited }),
    acted(tenantId, 'key.create', row.id, now),
  ]
}

/** The demo tenant with everything in it. */
function newDemo(now: string) {
  const foundedAt = before(now, 100)
  const tenant = { id: newId(foundedAt), slug, ...demoTenant }
  const people = withIds(demoPeople, foundedAt)
  const places = withIds(demoWards, foundedAt)
  const { rows, statement: insertCategories } = newCategories(tenant.id, Object.values(demoCategories), foundedAt)
  const categoryIds = Object.fromEntries(rows.map(({ id, name }) => [name, id]))
  const owned = { tenantId: tenant.id, createdAt: foundedAt }
  const ids: DemoIds = {
    person: (key) => people[key].id,
    ward: (key) => places[key].id,
    category: (key) => categoryIds[demoCategories[key]] ?? null,
  }
  const inserts = [
    inlineStatement(build.insert(tenants).values({ ...tenant, createdAt: foundedAt })),
    inlineStatement(build.insert(users).values(Object.values(people).map((one) => ({ ...one, ...owned })))),
    inlineStatement(build.insert(wards).values(Object.values(places).map((one) => wardRow(one, owned)))),
    inlineStatement(
      build
        .insert(wardCouncillors)
        .values(Object.values(places).map(({ id, councillor }) => ({ wardId: id, userId: people[councillor].id }))),
    ),
    insertCategories,
    ...newCases(tenant.id, now, ids),
    newPublications(tenant.id, now, ids),
    ...newSubmissions(tenant.id, now, ids),
    acted(tenant.id, 'tenant.create', tenant.id, now),
  ]
  return { id: tenant.id, adminId: people.morgan.id, statements: inserts }
}

function withIds<K extends string, T extends object>(things: Record<K, T>, at: string) {
  const entries = Object.entries<T>(things).map(([key, thing]) => [key, { ...thing, id: newId(at) }])
  return Object.fromEntries(entries) as Record<K, T & { id: string }>
}

type Ward = (typeof demoWards)[keyof typeof demoWards] & { id: string }

function wardRow({ id, name, code, tier, about }: Ward, owned: { tenantId: string; createdAt: string }) {
  const described = { boundaryDescription: about, councilTier: tier, updatedAt: owned.createdAt }
  return { id, name, nameKey: fold(name), code, ...described, ...owned }
}
