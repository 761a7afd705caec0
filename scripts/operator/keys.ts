import { and, eq, isNull } from 'drizzle-orm'
import { build } from '../../src/db/query'
import { keys, users } from '../../src/db/schema/tenants'
import { newId } from '../../src/domain/id'
import { serviceEmail } from '../../src/domain/service-user'
import { fromLeast, plans, type Role, type Scope } from '../../src/domain/vocabulary'
import { type Place, placeOf } from './cells'
import {
  act,
  email,
  moment,
  obey,
  operators,
  type PlaceOptions,
  print,
  roleOption,
  scopeList,
  slug,
  tell,
  text,
  whole,
} from './command'
import { inlineStatement, run, Taken } from './database'
import { UsageError } from './fault'
import {
  getKey,
  insertKey,
  isReplacedBy,
  keyById,
  keysOf,
  newKey,
  retireOthers,
  revokeFamily,
  succeedFamily,
} from './key-records'
import { acted, actedWhere, getTenant, type KnownUser, noUser, userByEmail } from './records'

const program = operators('keys', 'The API keys of a tenant. A key is shown once, when it is made.')

interface NewKey extends PlaceOptions {
  tenant: string
  role?: Role
  scopes: Scope[]
  name?: string
  user?: string
  expires?: string
  limit?: number
  window?: number
}

act(program, 'create', 'Make a key and show it, once.', 'create --tenant acme --role admin --scopes all')
  .requiredOption('--tenant <slug>', "the tenant's short name", slug)
  .addOption(roleOption())
  .requiredOption('--scopes <scopes>', '"all", or a list with commas: cases:read,cases:write', scopeList)
  .option('--name <name>', 'what it is for', text(120))
  .option('--user <email>', 'who holds it (default: a service user of the role, made when first needed)', email)
  .option('--expires <time>', 'when it ends (default: never)', moment)
  .option('--limit <requests>', "its own limit, 1 to 1000 (default: the deployment's)", whole(1, 1000))
  .option('--window <seconds>', "its own window, 1 to 3600 (default: the deployment's)", whole(1, 3600))
  .action(createKey)

async function createKey({ tenant: of, scopes, name, expires, limit, window, ...options }: NewKey): Promise<void> {
  const now = new Date().toISOString()
  const { cell, tenant, holder, newcomers } = await holderOf(placeOf(options), of, options, now)
  const { key, row } = await newKey(cell, now)
  const grant = {
    tenantId: tenant.id,
    userId: holder.id,
    name: name ?? null,
    scopes,
    quota: limit ?? null,
    windowSeconds: window ?? null,
    expiresAt: expires ?? null,
  }
  const filed = [...newcomers, insertKey(row, grant), acted(tenant.id, 'key.create', row.id, now)]
  await run(cell, filed).catch((error: unknown) => {
    throw error instanceof Taken
      ? new UsageError('Somebody else made the same service user just now: try again')
      : error
  })
  if (!fromLeast(plans, 'pro').includes(tenant.plan)) tell(`"${of}" is on the ${tenant.plan} plan: no API before pro.`)
  const { tenantId: _, quota, ...granted } = grant
  const { id, prefix, createdAt } = row
  print({ id, key, familyId: id, prefix, ...granted, role: holder.role, limit: quota, createdAt })
}

/** Who shall hold a new key: the user that was named, or else the role's service user, with what it takes to make it. */
async function holderOf(place: Place, of: string, { user, role }: Pick<NewKey, 'user' | 'role'>, now: string) {
  const address = user ?? (role && serviceEmail(role, of))
  if (!address) throw new UsageError('Give either --role or --user')
  const { cell, tenant, found } = await getTenant(place, of, userByEmail(of, address))
  const [known] = found
  if (known) return { cell, tenant, holder: requireFit(known, address, role), newcomers: [] }
  if (user || !role) throw noUser(of, address)

  const service = { id: newId(now), tenantId: tenant.id, name: `Service (${role})`, email: address, role }
  const newcomers = [
    inlineStatement(build.insert(users).values({ ...service, createdAt: now })),
    acted(tenant.id, 'user.create', service.id, now),
  ]
  return { cell, tenant, holder: service, newcomers }
}

function requireFit(user: KnownUser, address: string, role: Role | undefined): KnownUser {
  if (!user.enabled) throw new UsageError(`${address} is disabled, and so would be the key`)
  if (role && role !== user.role) throw new UsageError(`${address} has the role ${user.role}, not ${role}`)
  return user
}

act(program, 'list', 'All keys of a tenant, newest first, without the keys themselves.', 'list --tenant acme')
  .requiredOption('--tenant <slug>', "the tenant's short name", slug)
  .action(async ({ tenant: of, ...options }: PlaceOptions & { tenant: string }) => {
    const { found } = await getTenant(placeOf(options), of, keysOf(of))
    print(found)
  })

act(
  program,
  'rotate <id>',
  "Make a new key in place of the family's newest live one, with the same user, scopes, limit and end, and end the others.",
  'rotate 01JZ8E2Q4N6T1V3X5Z7B9D0F2H --grace 3600',
)
  .option('--grace <seconds>', 'how long the old keys go on working', whole(0, 30 * 24 * 3600), 0)
  .action(async (id: string, { grace, ...options }: PlaceOptions & { grace: number }) => {
    const { cell, familyId, newestLiveId, revokedAt } = await getKey(placeOf(options), id)
    if (revokedAt) throw new UsageError(`The key ${id} is revoked: make a new one with "create"`)
    if (!newestLiveId) throw new UsageError(`The key ${id} has expired: make a new one with "create"`)

    const { key, row } = await newKey(cell, new Date().toISOString())
    const entry = { tenantId: keys.tenantId, targetId: keys.id }
    const [, , retired, , [successor]] = await run(cell, [
      succeedFamily(familyId, row),
      actedWhere(keys, isReplacedBy(row.id, familyId), { ...entry, action: 'key.rotate' }),
      retireOthers(familyId, row.id, grace),
      actedWhere(keys, eq(keys.id, row.id), { ...entry, action: 'key.create' }),
      keyById(row.id),
    ])
    if (!successor) throw new UsageError(`The key ${id} was revoked or ended just now`)
    const { id: successorId, ...shown } = successor
    print({ id: successorId, key, ...shown, rotatedFrom: retired.find((one) => one.id === newestLiveId) ?? null })
  })

act(program, 'revoke <id>', 'End a key and its whole family at once.', 'revoke 01JZ8E2Q4N6T1V3X5Z7B9D0F2H').action(
  async (id: string, options: PlaceOptions) => {
    const { cell, familyId } = await getKey(placeOf(options), id)
    const wasLive = and(eq(keys.id, id), isNull(keys.revokedAt))
    const [, revoked, [after]] = await run(cell, [
      actedWhere(keys, wasLive, { tenantId: keys.tenantId, action: 'key.revoke', targetId: keys.id }),
      revokeFamily(familyId),
      keyById(id),
    ])
    if (revoked.length === 0) tell('It was revoked already.')
    print({ id, familyId, revoked: revoked.map((one) => one.id), revokedAt: after?.revokedAt ?? null })
  },
)

await obey(program)
