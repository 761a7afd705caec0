import { recordAudit } from '../../src/db/audit'
import { recordChange } from '../../src/db/changes'
import {
  auditOfUserChange,
  changeOfCouncillor,
  insertUser,
  updateUser,
  userAfterWrite,
} from '../../src/db/directory/users'
import { liveKeysAfterWrite } from '../../src/db/keys/key-standing'
import { usersOfTenant } from '../../src/db/operators'
import { group } from '../../src/db/query'
import { fold } from '../../src/domain/fold'
import { newId } from '../../src/domain/id'
import type { Plan, Role } from '../../src/domain/vocabulary'
import { placeOf } from './cells'
import {
  addCommand,
  email,
  moment,
  note,
  operators,
  type PlaceOptions,
  planOption,
  print,
  roleOption,
  runProgram,
  slug,
  text,
} from './command'
import { run, Taken } from './database'
import { UsageError } from './fault'
import { actorOf, getTenant, noUser, userByEmail } from './records'

const program = operators('users', "A tenant's users. A key has the role of its user.")

interface NewUser extends PlaceOptions {
  tenant: string
  name: string
  email: string
  role: Role
}

addCommand(
  program,
  'create',
  'Add a user to a tenant.',
  'create --tenant acme --name "Jane" --email jane@example.com --role manager',
)
  .requiredOption('--tenant <slug>', "the tenant's short name", slug)
  .requiredOption('--name <name>', 'their name', text(200))
  .requiredOption('--email <email>', 'their email address, unique in the tenant', email)
  .addOption(roleOption().makeOptionMandatory())
  .action(async ({ tenant: of, name, email, role, ...options }: NewUser) => {
    const conflict = new UsageError(`User ${email} already exists in "${of}"`)
    const { cell, tenant, found } = await getTenant(placeOf(options), of, userByEmail(of, email))
    if (found.length > 0) throw conflict

    const values = {
      ...actorOf(tenant.id, tenant.now),
      ...{ id: newId(tenant.now), name, email, emailKey: fold(email), role, enabled: true },
    }
    const [, , , made] = await run(cell, [
      recordAudit(values, 'user.create', values.id),
      insertUser.bind(values),
      recordChange(
        { ...values, stepsDown: 0, expectedVersion: null },
        'councillor_profile_updated',
        changeOfCouncillor,
      ),
      userAfterWrite.bind(values),
    ]).catch((error: unknown) => {
      throw error instanceof Taken ? conflict : error
    })
    print({ ...made }, options)
  })

addCommand(program, 'list', "List a tenant's users.", 'list --tenant acme')
  .requiredOption('--tenant <slug>', "the tenant's short name", slug)
  .action(async ({ tenant: of, ...options }: PlaceOptions & { tenant: string }) => {
    const { found } = await getTenant(placeOf(options), of, usersOfTenant.bind({ slug: of }))
    print(found, options, ['id', 'email', 'name', 'role', 'enabled', 'planOverride'])
  })

interface Override extends PlaceOptions {
  tenant: string
  email: string
  plan?: Plan
  expires?: string
  reason?: string
  clear?: boolean
}

addCommand(
  program,
  'set-plan-override',
  "Override the tenant's plan for one user's keys, permanently or until a given time.",
  'set-plan-override --tenant acme --email jane@example.com --plan council --expires 2030-01-01T00:00:00Z --reason "Pilot"',
)
  .requiredOption('--tenant <slug>', "the tenant's short name", slug)
  .requiredOption('--email <email>', "the user's email address", email)
  .addOption(planOption().conflicts('clear'))
  .option('--expires <time>', 'when it expires (default: never)', moment)
  .option('--reason <text>', 'the reason', text(255))
  .option('--clear', 'remove the override')
  .action(async ({ tenant: of, email, plan, expires, reason, clear, ...options }: Override) => {
    if (!plan && !clear) throw new UsageError('Provide either --plan or --clear')
    if (clear && (expires || reason)) throw new UsageError('--clear cannot be combined with --expires or --reason')

    const { cell, tenant, found } = await getTenant(placeOf(options), of, userByEmail(of, email))
    const [user] = found
    if (!user) throw noUser(of, email)
    const override = {
      planOverride: plan ?? null,
      planOverrideExpiresAt: expires ?? null,
      planOverrideReason: reason ?? null,
    }
    const target = { ...actorOf(tenant.id, tenant.now), id: user.id, stepsDown: 0, expectedVersion: null }
    const [, , changed] = await run(cell, [
      recordAudit(target, 'user.update', user.id, auditOfUserChange),
      updateUser(override, target),
      userAfterWrite.bind(target),
    ])
    print({ ...changed }, options)
  })

interface Named extends PlaceOptions {
  tenant: string
}

const standing = (name: 'disable' | 'enable', description: string) =>
  addCommand(program, name, description, `${name} jane@example.com --tenant acme`)
    .argument('<email>', 'their email address', email)
    .requiredOption('--tenant <slug>', "the tenant's short name", slug)
    .action((address: string, options: Named) => changeStanding(address, name === 'enable', options))

standing('disable', 'Disable a user, whose keys stop at the next request. Not the only enabled admin who is a person.')
standing('enable', 'Enable a user again, and with them all of their keys that are neither revoked nor expired.')

async function changeStanding(address: string, enabled: boolean, { tenant: of, ...options }: Named): Promise<void> {
  const { cell, tenant, found } = await getTenant(placeOf(options), of, userByEmail(of, address))
  const [user] = found
  if (!user) throw noUser(of, address)
  const target = {
    ...actorOf(tenant.id, tenant.now),
    ...{ id: user.id, role: null, stepsDown: Number(!enabled), expectedVersion: null },
  }
  const isChange = user.enabled !== enabled
  if (!isChange) note(`Already ${enabled ? 'enabled' : 'disabled'}.`)
  const [, after, keys] = await run(cell, [
    group(
      isChange
        ? [
            recordAudit(target, 'user.update', user.id, auditOfUserChange),
            recordChange(target, 'councillor_profile_updated', changeOfCouncillor),
            updateUser({ enabled }, target),
          ]
        : [],
    ),
    userAfterWrite.bind(target),
    liveKeysAfterWrite.bind(target),
  ])
  if (after?.enabled !== enabled)
    throw new UsageError(`"${of}" would have no enabled admin who is a person: enable or promote another one first`)
  print({ ...after, liveKeys: keys.n }, options)
}

await runProgram(program)
