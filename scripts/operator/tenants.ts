import { recordAudit } from '../../src/db/audit'
import { insertTenant, listTenants, type TenantChanges, updateTenant } from '../../src/db/operators'
import { group } from '../../src/db/query'
import { newId } from '../../src/domain/id'
import type { Plan } from '../../src/domain/vocabulary'
import { getCell, placeOf } from './cells'
import {
  addCommand,
  councilCode,
  email,
  note,
  operators,
  orEmpty,
  type PlaceOptions,
  phone,
  planOption,
  print,
  runProgram,
  slug,
  text,
  whole,
} from './command'
import { acrossCells, run, Taken } from './database'
import { UsageError } from './fault'
import { actorOf, getTenant, newCategories, tenantBySlug } from './records'

/** Default categories of a new tenant. */
const usualCategories = [
  'Roads and pavements',
  'Housing',
  'Waste and recycling',
  'Planning',
  'Council tax and benefits',
  'Adult social care',
  'Children and schools',
  'Parks and open spaces',
  'Street lighting',
  'Parking',
  'Anti-social behaviour',
  'Other',
]

const program = operators('tenants', 'The councils and councillors served by the gateway.')

interface NewTenant extends PlaceOptions {
  slug: string
  name: string
  plan: Plan
  councilCode?: string
  contactEmail?: string
  contactPhone?: string
  cell: number
}

addCommand(
  program,
  'create',
  'Add a tenant, with the usual categories.',
  'create --slug acme --name "Acme" --plan council',
)
  .requiredOption('--slug <slug>', 'its short name in public addresses', slug)
  .requiredOption('--name <name>', 'its full name', text(200))
  .addOption(planOption().makeOptionMandatory())
  .option('--council-code <code>', 'GSS code of the local authority, which links postcodes to wards', councilCode)
  .option('--contact-email <email>', 'email address shown to residents', email)
  .option('--contact-phone <number>', 'phone number shown to residents', phone)
  .option('--cell <number>', 'the number of its database', whole(0, 9999), 0)
  .action(createTenant)

async function createTenant({ slug, name, plan, cell: number, ...options }: NewTenant) {
  const { councilCode = null, contactEmail = null, contactPhone = null } = options
  const place = placeOf(options)
  const cell = getCell(place, number)
  const conflict = new UsageError(`Tenant "${slug}" already exists`)
  const found = await acrossCells(place, [tenantBySlug(slug)])
  if (found.some(({ found: [[tenant]] }) => tenant)) throw conflict

  const now = new Date().toISOString()
  const tenant = { id: newId(now), slug, name, plan, councilCode, contactEmail, contactPhone, createdAt: now }
  const actor = actorOf(tenant.id, now)
  const categories = newCategories(actor, usualCategories)
  await run(cell, [
    insertTenant.bind({ ...actor, ...tenant }),
    group(categories.statements),
    recordAudit(actor, 'tenant.create', tenant.id),
  ]).catch((error: unknown) => {
    throw error instanceof Taken ? conflict : error
  })
  if (number > 0) note(`Add "${slug}": ${number} to the variable TENANT_CELLS, so that public pages find it.`)
  print({ ...tenant, cell: number, categories: categories.rows.map(({ id, name }) => ({ id, name })) })
}

addCommand(program, 'list', 'List all tenants, each with its cell.', 'list').action(async (options: PlaceOptions) => {
  const answers = await acrossCells(placeOf(options), [listTenants.bind({})])
  print(answers.flatMap(({ cell, found: [rows] }) => rows.map((row) => ({ ...row, cell: cell.number }))))
})

addCommand(program, 'set-plan', "Change a tenant's plan.", 'set-plan --slug acme --plan pro')
  .requiredOption('--slug <slug>', 'its short name', slug)
  .addOption(planOption().makeOptionMandatory())
  .action(async ({ slug, plan, ...options }: PlaceOptions & { slug: string; plan: Plan }) => {
    await change(options, slug, { plan })
  })

interface Update extends PlaceOptions {
  slug: string
  name?: string
  councilCode?: string
  contactEmail?: string
  contactPhone?: string
}

const emptied = (value: string | undefined) => (value === '' ? null : value)

addCommand(
  program,
  'update',
  "Change a tenant's name, council or contact details; a blank value clears a code or contact detail.",
  'update --slug acme --contact-email office@example.com --contact-phone ""',
)
  .requiredOption('--slug <slug>', 'its short name', slug)
  .option('--name <name>', 'its full name', text(200))
  .option('--council-code <code>', 'GSS code of the local authority, or ""', orEmpty(councilCode))
  .option('--contact-email <email>', 'email address shown to residents, or ""', orEmpty(email))
  .option('--contact-phone <number>', 'phone number shown to residents, or ""', orEmpty(phone))
  .action(async ({ slug, name, councilCode, contactEmail, contactPhone, ...options }: Update) => {
    const changes = {
      name,
      councilCode: emptied(councilCode),
      contactEmail: emptied(contactEmail),
      contactPhone: emptied(contactPhone),
    }
    if (Object.values(changes).every((value) => value === undefined))
      throw new UsageError('Provide at least one of --name, --council-code, --contact-email and --contact-phone')
    await change(options, slug, changes)
  })

/** Changes a tenant in whichever cell it lives, and prints it. Throws a `UsageError` for none. */
async function change(options: PlaceOptions, slug: string, changes: TenantChanges): Promise<void> {
  const { cell, tenant } = await getTenant(placeOf(options), slug, group([]))
  const actor = actorOf(tenant.id, tenant.now)
  const [[changed]] = await run(cell, [
    updateTenant(changes, { ...actor }),
    recordAudit(actor, 'tenant.update', tenant.id),
  ])
  print({ ...changed, cell: cell.number })
}

await runProgram(program)
