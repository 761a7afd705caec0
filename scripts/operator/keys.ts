import { Option } from 'commander'
import { recordAnotherAudit, recordAudit } from '../../src/db/audit'
import type { User } from '../../src/db/directory/users'
import { auditOfRevocation, revokeFamily } from '../../src/db/keys/key-rotation'
import { auditOfNewKey, auditOfNewServiceUser, insertKey, insertServiceUser } from '../../src/db/keys/keys'
import { keysOfTenant } from '../../src/db/operators'
import { group } from '../../src/db/query'
import { allowanceOf } from '../../src/domain/address-ranges'
import { keyLimits } from '../../src/domain/key-limits'
import { serviceEmail, serviceUser } from '../../src/domain/service-user'
import { fromLeast, plans, type Role, type Scope } from '../../src/domain/vocabulary'
import { type Place, placeOf } from './cells'
import {
  addCommand,
  email,
  moment,
  note,
  operators,
  orEmpty,
  orWord,
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
import { getFamily, newKey, printNew, unbounded } from './key-records'
import { findKey, idOfKey } from './keys/find'
import { rotateKey } from './keys/rotate'
import { updateKey } from './keys/update'
import { actorOf, getTenant, noUser, userByEmail } from './records'

const program = operators('keys', "A tenant's API keys. A key is shown only once, when it is created.")

const requests = whole(keyLimits.requests.least, keyLimits.requests.most)
const windowSeconds = whole(keyLimits.windowSeconds.least, keyLimits.windowSeconds.most)

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
  .option('--expires <time>', 'when it expires, or its last day (default: never)', moment)
  .option('--limit <requests>', "its own limit, 1 to 1000 (default: the deployment's)", requests)
  .option('--window <seconds>', "its own window, 1 to 3600 (default: the deployment's)", windowSeconds)
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
  printNew(key, options, {
    id: row.newId,
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
  if (tenant.closedAt) throw new UsageError(`"${of}" is closed: "npm run --silent tenants -- open ${of}" opens it`)
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
    print(found, options, ['id', 'prefix', 'name', 'role', 'limit', 'expiresAt', 'revokedAt', 'lastUsedAt'])
  })

addCommand(
  program,
  'rotate <id>',
  "Replace the family's newest live key with a new one (same user, scopes, limit, addresses and expiry), and end the others.",
  'rotate 01JZ8E2Q4N6T1V3X5Z7B9D0F2H --grace 3600',
)
  .option('--grace <seconds>', 'how long the old keys keep working', whole(0, 30 * 24 * 3600), 0)
  .action(rotateKey)

addCommand(
  program,
  'update <id>',
  'Change the live keys of a family, from their next request on. A new end is for its newest key.',
  'update 01JZ8E2Q4N6T1V3X5Z7B9D0F2H --limit 500',
)
  .option('--limit <requests>', '1 to 1000, or "default" for the deployment\'s', orWord('default', requests))
  .option('--window <seconds>', '1 to 3600, or "default" for the deployment\'s', orWord('default', windowSeconds))
  .option('--scopes <scopes>', '"all", or a comma-separated list: cases:read,cases:write', scopeList)
  .option('--name <name>', 'its purpose; blank for none', orEmpty(text(120)))
  .addOption(
    new Option(
      '--allow <range>',
      'an address or CIDR range it may be used from, up to 20 times: instead of those so far',
    )
      .argParser(rangeList)
      .conflicts('allowAny'),
  )
  .option('--allow-any', 'let it be used from any address')
  .addOption(
    new Option('--expires <time>', 'when it expires, or its last day').argParser(moment).conflicts('neverExpires'),
  )
  .option('--never-expires', 'let it have no end')
  .action(updateKey)

const marks = 'the key itself, its prefix or its id; - reads it from stdin, and without it you are asked'

addCommand(
  program,
  'find',
  'Find a key of any tenant by its own text, which is never shown: give it on stdin or at the prompt, so that no history keeps it.',
  'find sk_cw0_Ab3d',
)
  .argument('[key]', marks)
  .action(findKey)

addCommand(
  program,
  'revoke',
  'Revoke a key and its whole family immediately, whichever tenant it is of. The key itself is never shown.',
  'revoke 01JZ8E2Q4N6T1V3X5Z7B9D0F2H',
)
  .argument('[key]', marks)
  .action(revokeKey)

async function revokeKey(given: string | undefined, options: PlaceOptions): Promise<void> {
  const place = placeOf(options)
  const id = await idOfKey(given, place)
  const { cell, family } = await getFamily(place, id)
  const { familyId, tenantId, now } = family
  const values = { ...actorOf(tenantId, now), family: familyId, leadId: family.id }
  const [, revoked] = await run(cell, [
    recordAudit(values, 'key.revoke', id, auditOfRevocation),
    revokeFamily.bind(values),
  ])
  if (revoked.length === 0) note('Already revoked.')
  const revokedAt = revoked[0]?.revokedAt ?? family.revokedAt
  print({ id, familyId, revoked: revoked.map((one) => one.id), revokedAt }, options)
}

await runProgram(program)
