import { type Command, Option } from 'commander'
import { recordAudit } from '../../src/db/audit'
import { insertTenant, listTenants, type TenantChanges, updateTenant } from '../../src/db/operators'
import { group } from '../../src/db/query'
import { newId } from '../../src/domain/id'
import type { Plan } from '../../src/domain/vocabulary'
import { getCell, placeOf } from './cells'
import {
  addCommand,
  councilCode,
  daysOrWords,
  email,
  note,
  operators,
  orEmpty,
  orWord,
  type PlaceOptions,
  phone,
  planOption,
  print,
  runProgram,
  slug,
  text,
  webAddress,
  whole,
} from './command'
import { acrossCells, run, Taken } from './database'
import { UsageError } from './fault'
import { actorOf, getTenant, newCategories, tenantBySlug } from './records'
import { addTenantCopies } from './tenant-copies'
import { close, end, open } from './tenants/closing'

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

/** What residents are shown of an office, and the council that it is of. */
interface Details {
  councilCode?: string
  contactEmail?: string
  contactPhone?: string
  controller?: string
  dpoContact?: string
  privacyUrl?: string
  replyWithin?: string
  website?: string
  anonymiseAfter?: number
  disclosures?: keyof typeof recording
}

/** What `--disclosures` sets. */
const recording = { on: 'on', off: 'off', default: null } as const

/** Their options. A blank text clears one in `update`. */
const details: readonly (readonly [flags: string, description: string, parse: (value: string) => string])[] = [
  ['--council-code <code>', 'GSS code of the local authority, which links postcodes to wards', councilCode],
  ['--contact-email <email>', 'email address shown to residents', email],
  ['--contact-phone <number>', 'phone number shown to residents', phone],
  ['--controller <name>', "who is responsible for residents' data (default: the tenant)", text(200)],
  ['--dpo-contact <contact>', 'data protection contact: an email address, a web address or words', text(200)],
  ['--privacy-url <address>', "the office's own privacy notice, linked instead of the one made here", webAddress],
  ['--reply-within <days>', 'when to expect a reply: days, or words such as "10 working days"', daysOrWords],
  ['--website <address>', "the office's own website, the way back from the form", webAddress],
]

const anonymiseAfter = '--anonymise-after <months>'
const anonymiseAfterSays = 'months from the closing of a case until its resident’s details are removed'

const disclosures = '--disclosures <on|off|default>'
const disclosuresSays = "record which key is given which resident's data (default: on the plan council only)"

function addDetails(command: Command, read = (parse: (value: string) => string) => parse): Command {
  for (const [flags, description, parse] of details) command.option(flags, description, read(parse))
  return command
    .option(anonymiseAfter, anonymiseAfterSays, whole(1, 120))
    .addOption(new Option(disclosures, disclosuresSays).choices(Object.keys(recording)))
}

interface NewTenant extends PlaceOptions, Details {
  slug: string
  name: string
  plan: Plan
  cell: number
}

addDetails(
  addCommand(
    program,
    'create',
    'Add a tenant, with the usual categories.',
    'create --slug acme --name "Acme" --plan council',
  )
    .requiredOption('--slug <slug>', 'its short name in public addresses', slug)
    .requiredOption('--name <name>', 'its full name', text(200))
    .addOption(planOption().makeOptionMandatory()),
)
  .option('--cell <number>', 'the number of its database', whole(0, 9999), 0)
  .action(createTenant)

async function createTenant({ slug, name, plan, cell: number, ...options }: NewTenant) {
  const place = placeOf(options)
  const cell = getCell(place, number)
  const conflict = new UsageError(`Tenant "${slug}" already exists`)
  const found = await acrossCells(place, [tenantBySlug(slug)])
  if (found.some(({ found: [[tenant]] }) => tenant)) throw conflict

  const now = new Date().toISOString()
  const tenant = { id: newId(now), slug, name, plan, ...detailsOf(options), createdAt: now }
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
  const made = categories.rows.map(({ id, name }) => ({ id, name }))
  if (options.json) print({ ...tenant, cell: number, categories: made }, options)
  else print({ ...tenant, cell: number, categories: made.map(({ name }) => name) })
}

/** Details of a new tenant: null where nothing is given. */
function detailsOf(given: Details) {
  return {
    councilCode: given.councilCode ?? null,
    contactEmail: given.contactEmail ?? null,
    contactPhone: given.contactPhone ?? null,
    anonymiseAfterMonths: given.anonymiseAfter ?? 12,
    controller: given.controller ?? null,
    dpoContact: given.dpoContact ?? null,
    privacyUrl: given.privacyUrl ?? null,
    replyWithin: given.replyWithin ?? null,
    website: given.website ?? null,
    disclosures: recording[given.disclosures ?? 'default'],
    closedAt: null,
    eraseAfter: null,
  }
}

addCommand(program, 'list', 'List all tenants, each with its cell.', 'list').action(async (options: PlaceOptions) => {
  const answers = await acrossCells(placeOf(options), [listTenants.bind({})])
  const tenants = answers.flatMap(({ cell, found: [rows] }) => rows.map((row) => ({ ...row, cell: cell.number })))
  print(tenants, options, ['slug', 'name', 'plan', 'cell', 'councilCode', 'disclosures', 'closedAt', 'eraseAfter'])
})

addCommand(program, 'set-plan', "Change a tenant's plan.", 'set-plan --slug acme --plan pro')
  .requiredOption('--slug <slug>', 'its short name', slug)
  .addOption(planOption().makeOptionMandatory())
  .action(async ({ slug, plan, ...options }: PlaceOptions & { slug: string; plan: Plan }) => {
    await change(options, slug, { plan })
  })

interface Update extends PlaceOptions, Details {
  slug: string
  name?: string
}

const emptied = (value: string | undefined) => (value === '' ? null : value)

addDetails(
  addCommand(
    program,
    'update',
    "Change a tenant's name or details; a blank value clears a detail.",
    'update --slug acme --contact-email office@example.com --contact-phone ""',
  )
    .requiredOption('--slug <slug>', 'its short name', slug)
    .option('--name <name>', 'its full name', text(200)),
  orEmpty,
).action(async ({ slug, ...options }: Update) => {
  const changes = {
    name: options.name,
    councilCode: emptied(options.councilCode),
    contactEmail: emptied(options.contactEmail),
    contactPhone: emptied(options.contactPhone),
    anonymiseAfterMonths: options.anonymiseAfter,
    controller: emptied(options.controller),
    dpoContact: emptied(options.dpoContact),
    privacyUrl: emptied(options.privacyUrl),
    replyWithin: emptied(options.replyWithin),
    website: emptied(options.website),
    disclosures: options.disclosures && recording[options.disclosures],
  }
  if (Object.values(changes).every((value) => value === undefined)) {
    const names = ['--name', ...details.map(([flags]) => flags), anonymiseAfter, disclosures].map(
      (flags) => flags.split(' ')[0],
    )
    throw new UsageError(`Provide at least one of ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`)
  }
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
  print({ ...changed, cell: cell.number }, options)
}

addCommand(
  program,
  'close',
  "Close a tenant: its keys, its form and its public pages from the next request on, its webhooks at once. Its data are kept. A closed tenant's end can be changed in the same way.",
  'close acme --erase-after 90',
)
  .argument('<slug>', 'its short name', slug)
  .option(
    '--erase-after <end>',
    'when the daily job may erase its data for good: a time, a day or a number of days; "never" takes one back (default: never)',
    orWord('never', end),
  )
  .action(close)

addCommand(program, 'open', 'Open a closed tenant again: all that it had works as before.', 'open acme')
  .argument('<slug>', 'its short name', slug)
  .action(open)

addTenantCopies(program)

await runProgram(program)
