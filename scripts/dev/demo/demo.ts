import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { eq } from 'drizzle-orm'
import type { OperatorActor } from '../../../src/db/actor'
import { recordAudit } from '../../../src/db/audit'
import { insertUser, updateUser } from '../../../src/db/directory/users'
import { caller } from '../../../src/db/gate/caller-row'
import { gateValues } from '../../../src/db/gate/placeholder'
import { revokeFamily } from '../../../src/db/keys/key-rotation'
import { auditOfNewKey, insertKey } from '../../../src/db/keys/keys'
import { insertTenant, keysOfTenant } from '../../../src/db/operators'
import { type BoundStatement, build } from '../../../src/db/query'
import { categories, wardCouncillors, wards } from '../../../src/db/schema/directory'
import { users } from '../../../src/db/schema/tenants'
import { allowanceOf, pathOfNobody } from '../../../src/domain/address-ranges'
import { fold } from '../../../src/domain/fold'
import { newId } from '../../../src/domain/id'
import { scopes } from '../../../src/domain/vocabulary'
import { cellOfKey, hashKey, keyRow, mintKey } from '../../../src/gate/key-format'
import { demoKeyFile, getCell, type Place } from '../../operator/cells'
import { bound, run } from '../../operator/database'
import { unbounded } from '../../operator/key-records'
import { allReleases } from '../../operator/postcodes/releases'
import { actorOf, newCategories, tenantBySlug, userByEmail } from '../../operator/records'
import { localSettings } from '../local-settings'
import { newActivity } from './activity'
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
  anonymiseAfterMonths: 12,
  controller: 'Porthmellow Council (an invented council)',
  dpoContact: 'data.protection@example.com',
  privacyUrl: null,
  replyWithin: '5 working days',
  website: 'https://www.example.com/porthmellow',
  disclosures: null,
} as const

/** What a look-up of a key's holder asks for: nothing but who it is. */
const asked = {
  address: pathOfNobody,
  at: null,
  admissionId: '',
  limit: null,
  windowSeconds: null,
  scope: '',
  roles: '',
  plans: '',
}

/** Sees to it that the demo tenant is there and that the demo key opens it; gives back the key. Safe to repeat. */
export async function ensureDemo(place: Place): Promise<string> {
  const cell = getCell(place, 0)
  const kept = keptKey(place)
  const [[tenant], [user], holder, known, releases] = await run(cell, [
    tenantBySlug(slug),
    userByEmail(slug, email),
    caller.bind(gateValues({ ...asked, hash: await hashKey(kept ?? '') })),
    keysOfTenant(slug),
    allReleases,
  ])
  if (kept && holder && holder.userId === user?.id && holder.role === admin.role) return kept

  // A key that the database knows as dead stays dead: another takes its place.
  const key = kept && !tenant ? kept : mintKey()
  keepKey(place, key)
  const now = new Date().toISOString()
  const made = tenant ? { id: tenant.id, adminId: user?.id, statements: [] } : await newDemo(place, now)
  const userId = made.adminId ?? newId(now)
  const actor = actorOf(made.id, now)
  // Their plaintext is lost, so they can only be revoked here.
  const lost = known.filter(({ name, revokedAt }) => name === keyName && !revokedAt)
  await run(cell, [
    ...made.statements,
    ...(tenant ? [] : await newSampleRelease(releases)),
    ...(made.adminId ? [] : [newPerson(actor, { id: userId, email, ...admin })]),
    updateUser({ enabled: true, role: admin.role }, { ...actor, id: userId, stepsDown: 0, expectedVersion: null }),
    ...lost.map(({ familyId: family }) => revokeFamily.bind({ ...actor, family })),
    ...(await demoKey(key, userId, actor)),
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

type Person = (typeof demoPeople)[keyof typeof demoPeople] & { id: string }

const newPerson = (actor: OperatorActor, person: Person) =>
  insertUser.bind({ ...actor, ...person, emailKey: fold(person.email), enabled: true })

async function demoKey(key: string, holderId: string, actor: OperatorActor): Promise<BoundStatement[]> {
  const values = {
    ...actor,
    ...(await keyRow(key, actor.now)),
    ...unbounded,
    holderId,
    role: null,
    serviceEmail: null,
    name: keyName,
    scopes: scopes.join(' '),
    quota: null,
    windowSeconds: null,
    expiresAt: null,
    ...allowanceOf(null),
  }
  return [insertKey.bind(values), recordAudit(values, 'key.create', values.newId, auditOfNewKey)]
}

/** The demo tenant with everything in it. */
async function newDemo(place: Place, now: string) {
  const { webhookKeys } = await localSettings(place)
  const foundedAt = before(now, 100)
  const tenant = { id: newId(foundedAt), slug, ...demoTenant }
  const people = withIds(demoPeople, foundedAt)
  const places = withIds(demoWards, foundedAt)
  const founder = actorOf(tenant.id, foundedAt)
  const { rows, statements: insertCategories } = newCategories(founder, Object.values(demoCategories))
  const categoryIds = Object.fromEntries(rows.map(({ id, name }) => [name, id]))
  const owned = { tenantId: tenant.id, createdAt: foundedAt }
  const ids: DemoIds = {
    person: (key) => people[key].id,
    ward: (key) => places[key].id,
    category: (key) => categoryIds[demoCategories[key]] ?? null,
  }
  const inserts = [
    insertTenant.bind({ ...founder, ...tenant }),
    ...Object.values(people).map((one) => newPerson(founder, one)),
    bound(build.insert(wards).values(Object.values(places).map((one) => wardRow(one, owned)))),
    bound(
      build
        .insert(wardCouncillors)
        .values(Object.values(places).map(({ id, councillor }) => ({ wardId: id, userId: people[councillor].id }))),
    ),
    ...insertCategories,
    // Whatever is inserted has the time of its batch, and these are as old as the tenant.
    ...[users, categories].map((table) =>
      bound(
        build.update(table).set({ createdAt: foundedAt, updatedAt: foundedAt }).where(eq(table.tenantId, tenant.id)),
      ),
    ),
    ...newCases(tenant.id, now, ids),
    newPublications(tenant.id, now, ids),
    ...newSubmissions(tenant.id, now, ids),
    ...(await newActivity(tenant.id, now, ids, webhookKeys)),
    recordAudit(actorOf(tenant.id, now), 'tenant.create', tenant.id),
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
