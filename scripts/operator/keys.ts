import { recordAnotherAudit, recordAudit } from '../../src/db/audit'
import type { User } from '../../src/db/directory/users'
import {
  auditOfRevocation,
  endOthers,
  insertSuccessor,
  replacementOfKey,
  revokeFamily,
} from '../../src/db/keys/key-rotation'
import { auditOfNewKey, auditOfNewServiceUser, insertKey, insertServiceUser } from '../../src/db/keys/keys'
import { keysOfTenant } from '../../src/db/operators'
import { group } from '../../src/db/query'
import { allowanceOf } from '../../src/domain/address-ranges'
import { serviceEmail, serviceUser } from '../../src/domain/service-user'
import { fromLeast, plans, type Role, type Scope } from '../../src/domain/vocabulary'
import { type Place, placeOf } from './cells'
import {
  addCommand,
  email,
  moment,
  note,
  operators,
  type PlaceOptions,
  print,
  rangeList,
  roleOption,
  runProgram,
  scopeList,
  slug,
  text,
  whole,
} from './command'
import { run } from './database'
import { UsageError } from './fault'
import { getFamily, newKey, unbounded } from './key-records'
import { actorOf, getTenant, noUser, userByEmail } from './records'

const program = operators('keys', "A tenant's API keys. A key is shown only once, when it is created.")

interface NewKey extends PlaceOptions {
  tenant: string
  role?: Role
  scopes: Scope[]
  name?: string
  user?: string
  expires?: string
  limit?: number
  window?: number
  allow?: string[]
}

addCommand(program, 'create', 'Create a key and show it once.', 'create --tenant acme --role admin --scopes all')
  .requiredOption('--tenant <slug>', "the tenant's short name", slug)
  .addOption(roleOption())
  .requiredOption('--scopes <scopes>', '"all", or a comma-separated list: cases:read,cases:write', scopeList)
  .option('--name <name>', 'its purpose', text(120))
  .option(
    '--user <email>',
    'the user it belongs to (default: a service user for the role, created on first use)',
    email,
  )
  .option('--expires <time>', 'when it expires (default: never)', moment)
  .option('--limit <requests>', "its own limit, 1 to 1000 (default: the deployment's)", whole(1, 1000))
  .option('--window <seconds>', "its own window, 1 to 3600 (default: the deployment's)", whole(1, 3600))
  .option('--allow <range>', 'an address or CIDR range it may be used from, up to 20 times (default: all)', rangeList)
  .action(createKey)

async function createKey({
  tenant: of,
  scopes,
  name,
  expires,
  limit,
  window,
  allow,
  ...options
}: NewKey): Promise<void> {
  const { cell, tenant, holder, newcomer } = await holderOf(placeOf(options), of, options)
  const { now } = tenant
  const { key, row } = await newKey(cell, now)
  const values = {
    ...actorOf(tenant.id, now),
    ...row,
    ...newcomer,
    ...unbounded,
    role: holder.role,
    holderId: holder.id,
    name: name ?? null,
    scopes: scopes.join(' '),
    quota: limit ?? null,
    windowSeconds: window ?? null,
    expiresAt: expires ?? null,
    ...allowanceOf(allow ?? null),
  }
  const [, made] = await run(cell, [
    group(
      newcomer.serviceId
        ? [
            insertServiceUser.bind(values),
            recordAudit(values, 'user.create', newcomer.serviceId, auditOfNewServiceUser),
          ]
        : [],
    ),
    insertKey.bind(values),
    recordAnotherAudit(values, 'key.create', row.newId, auditOfNewKey),
  ])
  if (!made) throw new UsageError('The user has just been disabled or given another role, so no key was created')
  if (!fromLeast(plans, 'pro').includes(tenant.plan))
    note(`"${of}" is on the ${tenant.plan} plan; the API needs pro or higher.`)
  print({
    id: row.newId,
    key,
    familyId: row.newId,
    prefix: row.prefix,
    userId: made.userId,
    name: values.name,
    scopes,
    windowSeconds: values.windowSeconds,
    expiresAt: values.expiresAt,
    allowedAddresses: allow ?? null,
    role: values.role,
    limit: values.quota,
    createdAt: made.createdAt,
  })
}

const noNewcomer = { serviceId: null, serviceName: null, serviceEmail: null }

/** Holder of a new key: the named user, or else the role's service user, created if missing. */
async function holderOf(place: Place, of: string, { user, role }: Pick<NewKey, 'user' | 'role'>) {
  const address = user ?? (role && serviceEmail(role, of))
  if (!address) throw new UsageError('Provide either --role or --user')
  const { cell, tenant, found } = await getTenant(place, of, userByEmail(of, address))
  const [known] = found
  if (known) return { cell, tenant, holder: requireFit(known, address, role), newcomer: noNewcomer }
  if (user || !role) throw noUser(of, address)
  return { cell, tenant, holder: { id: null, role }, newcomer: serviceUser(role, of, tenant.now) }
}

function requireFit(user: User, address: string, role: Role | undefined): User {
  if (!user.enabled) throw new UsageError(`${address} is disabled; enable the user first`)
  if (role && role !== user.role) throw new UsageError(`${address} has the role ${user.role}, not ${role}`)
  return user
}

addCommand(program, 'list', "List a tenant's keys, newest first, without the keys themselves.", 'list --tenant acme')
  .requiredOption('--tenant <slug>', "the tenant's short name", slug)
  .action(async ({ tenant: of, ...options }: PlaceOptions & { tenant: string }) => {
    const { found } = await getTenant(placeOf(options), of, keysOfTenant(of))
    print(found)
  })

addCommand(
  program,
  'rotate <id>',
  "Replace the family's newest live key with a new one (same user, scopes, limit, addresses and expiry), and end the others.",
  'rotate 01JZ8E2Q4N6T1V3X5Z7B9D0F2H --grace 3600',
)
  .option('--grace <seconds>', 'how long the old keys keep working', whole(0, 30 * 24 * 3600), 0)
  .action(rotateKey)

async function rotateKey(id: string, { grace, ...options }: PlaceOptions & { grace: number }): Promise<void> {
  const { cell, family } = await getFamily(placeOf(options), id)
  const { tenantId, now, ...inherited } = family
  if (family.revokedAt) throw new UsageError(`Key ${id} has been revoked; create a new one with "create"`)
  if (family.expiresAt && family.expiresAt <= now)
    throw new UsageError(`Key ${id} has expired; create a new one with "create"`)

  const { key, row } = await newKey(cell, now)
  const values = {
    ...actorOf(tenantId, now),
    ...row,
    ...unbounded,
    family: family.familyId,
    graceSeconds: grace,
  }
  const [made, , ended] = await run(cell, [
    insertSuccessor.bind(values),
    recordAudit(values, 'key.rotate', family.id, replacementOfKey),
    endOthers.bind(values),
    recordAnotherAudit(values, 'key.create', row.newId, auditOfNewKey),
  ])
  if (!made) throw new UsageError(`Key ${id} has just been revoked or has expired; create a new one with "create"`)
  const [replaced] = ended.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
  const rotatedFrom = replaced ? { id: replaced.id, expiresAt: replaced.expiresAt } : null
  print({ ...inherited, id: row.newId, key, prefix: row.prefix, ...made, rotatedFrom })
}

addCommand(
  program,
  'revoke <id>',
  'Revoke a key and its whole family immediately.',
  'revoke 01JZ8E2Q4N6T1V3X5Z7B9D0F2H',
).action(async (id: string, options: PlaceOptions) => {
  const { cell, family } = await getFamily(placeOf(options), id)
  const { familyId, tenantId, now } = family
  const values = { ...actorOf(tenantId, now), family: familyId, leadId: family.id }
  const [, revoked] = await run(cell, [
    recordAudit(values, 'key.revoke', id, auditOfRevocation),
    revokeFamily.bind(values),
  ])
  if (revoked.length === 0) note('Already revoked.')
  const revokedAt = revoked[0]?.revokedAt ?? family.revokedAt
  print({ id, familyId, revoked: revoked.map((one) => one.id), revokedAt })
})

await runProgram(program)
