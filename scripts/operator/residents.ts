import type { Command } from 'commander'
import { group } from '../../src/db/query'
import { placeOf } from './cells'
import {
  addCommand,
  callersPath,
  email,
  note,
  operators,
  type PlaceOptions,
  phone,
  postcode,
  print,
  runProgram,
  slug,
  text,
} from './command'
import { runnerOf } from './database'
import { UsageError } from './fault'
import { table } from './output'
import { getTenant } from './records'
import { type Criteria, requireSome, requireStrong } from './residents/criteria'
import { erase, givableOf, mentionsIn, namedIn, requireSettled, sureOf } from './residents/erase'
import { heldOf, writeHeld } from './residents/held'
import { type Found, search } from './residents/search'
import { ask, isTerminal } from './terminal'

const program = operators(
  'residents',
  "A resident's rights: what a tenant holds of somebody. Prints personal data: keep the output safe.",
)

interface Options extends PlaceOptions, Criteria {
  tenant: string
}

const withCriteria = (command: Command) =>
  command
    .requiredOption('--tenant <slug>', "the tenant's short name", slug)
    .option('--email <email>', 'their email address', email)
    .option('--phone <number>', 'their phone number, in any form', phone)
    .option('--postcode <postcode>', 'their postcode', postcode)
    .option('--name <name>', 'their name', text(200))

async function searchTenant({ tenant: of, email, phone, postcode, name, ...options }: Options) {
  const criteria: Criteria = {
    ...(email !== undefined && { email }),
    ...(phone !== undefined && { phone }),
    ...(postcode !== undefined && { postcode }),
    ...(name !== undefined && { name }),
  }
  const { cell, tenant } = await getTenant(placeOf(options), of, group([]))
  const run = runnerOf(cell)
  return { run, tenant, criteria, found: await search(run, tenant.id, criteria) }
}

/** A line per record, with what was matched. */
function linesOf({ cases, messages, results }: Found) {
  const line = (kind: string) => (row: Found['cases'][number] | Found['messages'][number]) => ({
    ...{ kind, reference: row.reference, status: row.status, name: row.name, email: row.email, phone: row.phone },
    ...{ postcode: row.postcode, matchedBy: row.matchedBy, sure: row.sure },
  })
  return {
    records: [...cases.map(line('case')), ...messages.map(line('message'))],
    storedResults: results.length,
  }
}

function asTable(found: Found): string {
  const { records, storedResults } = linesOf(found)
  const rows = records.map(({ kind, reference, status, name, email, phone, postcode, matchedBy, sure }) => [
    ...[kind, reference, status, name, email ?? '', phone ?? '', postcode ?? ''],
    ...[matchedBy.join(', '), sure ? 'yes' : 'no'],
  ])
  const headings = ['kind', 'reference', 'status', 'name', 'email', 'phone', 'postcode', 'matched by', 'sure']
  return `${table(headings, rows)}\n${storedResults} stored results hold their data`
}

withCriteria(
  addCommand(
    program,
    'find',
    'Show every record that matches any of the criteria, and by which. "sure" are those that export and erase take.',
    'find --tenant acme --email alex@example.com',
  ),
).action(async (options: Options) => {
  requireSome(options)
  const { found } = await searchTenant(options)
  if (options.json) print(linesOf(found), options)
  else console.log(asTable(found))
})

withCriteria(
  addCommand(
    program,
    'export',
    'Export everything held of a resident, as JSON; with --out also as CSV files.',
    'export --tenant acme --email alex@example.com --out alex',
  ),
)
  .option('--out <folder>', 'write files that only you can read, instead of printing')
  .option('--except <references...>', "leave out records that are somebody else's")
  .action(async ({ out, except = [], ...options }: Options & { out?: string; except?: string[] }) => {
    requireStrong(options)
    const { run, tenant, found } = await searchTenant(options)
    const held = await heldOf(run, tenant.id, givableOf(found, except))
    if (out === undefined) console.log(JSON.stringify(held, null, 2))
    else print({ files: writeHeld(callersPath(out), held) }, options)
  })

interface Erase extends Options {
  except?: string[]
  evenOpen?: boolean
  evenMentions?: boolean
  yes?: boolean
}

withCriteria(
  addCommand(
    program,
    'erase',
    'Anonymise the cases of a resident and erase their messages and stored results, after showing what was found.',
    'erase --tenant acme --email alex@example.com',
  ),
)
  .option('--except <references...>', "leave out records that are somebody else's")
  .option('--even-open', 'also cases that are not closed and messages that nobody has dealt with')
  .option('--even-mentions', "also clear notes in others' cases that name the email address or phone number")
  .option('--yes', 'do not ask')
  .action(eraseResident)

async function eraseResident({ except = [], evenOpen = false, evenMentions = false, yes, json, ...options }: Erase) {
  requireStrong(options)
  const { run, tenant, criteria, found } = await searchTenant(options)
  const taken = sureOf(found, except)
  const mentioning = mentionsIn(found).filter(({ reference }) => !except.includes(reference))
  if (!evenOpen) requireSettled(taken)
  if (!yes) await confirm({ ...taken, cases: evenMentions ? [...taken.cases, ...mentioning] : taken.cases })
  const erased = await erase(run, tenant, taken, mentioning, { criteria, evenOpen, evenMentions })
  // A note that is cleared leaves what a summary or a description says.
  const searched = evenMentions && mentioning.length > 0 ? await search(run, tenant.id, criteria) : found
  const left = namedIn(searched).filter((reference) => !except.includes(reference))
  const answer = { ...erased, namedIn: left }
  if (json) print(answer, { json })
  else console.log(table(['erased', ''], Object.entries(erased)))
  if (left.length > 0) note(`Others' cases and messages that name them: ${left.join(', ')}. ${remedy(evenMentions)}`)
}

const remedy = (evenMentions: boolean) =>
  evenMentions ? 'Edit these by hand.' : '--even-mentions clears notes; edit other texts by hand.'

/** Shows what would be erased, if anything, and asks. Throws a `UsageError` for anything but a yes. */
async function confirm(taken: Found): Promise<void> {
  if (Object.values(taken).every(({ length }) => length === 0)) return
  if (!isTerminal()) throw new UsageError('Nothing was erased: without a terminal, give --yes')
  note(asTable(taken))
  if ((await ask('Erase these for good? Type "erase": ')) !== 'erase') throw new UsageError('Nothing was erased')
}

await runProgram(program)
