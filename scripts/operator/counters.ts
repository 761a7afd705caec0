import { type Execute, walkCounters } from '../../src/db/counters/walk'
import { listTenants } from '../../src/db/operators'
import { group, together } from '../../src/db/query'
import { sumOf } from '../../src/domain/tally'
import { type Cell, placeOf } from './cells'
import { addCommand, note, operators, type PlaceOptions, print, runProgram, slug } from './command'
import { type Shown, tableOf } from './counters/table'
import { acrossCells, run } from './database'
import { getTenant } from './records'

const program = operators('counters', 'The counters that lists, reports and exports take their numbers of cases from.')

interface Options extends PlaceOptions {
  tenant?: string
}

const add = (usage: string, description: string, repair: boolean) =>
  addCommand(program, usage, description, `${usage} --tenant acme`)
    .option('--tenant <slug>', 'the only tenant (default: all of them)', slug)
    .action((options: Options) => walk(options, repair))

add('check', 'Compare every counter with the cases it counts. Exits with 1 if one differs.', false)
add('repair', 'Recount the cases and correct every counter that differs.', true)

async function walk({ tenant, json = false, ...options }: Options, repair: boolean): Promise<void> {
  const shown: Shown[] = []
  let found = 0
  for (const { cell, tenants } of await cellsAndTenants(options, tenant)) {
    for (const { id, slug } of tenants) {
      for await (const { steps, differences } of walkCounters(executeIn(cell), { repair, tenantId: id })) {
        shown.push(...differences.map(({ kind, differences: _, ...one }) => ({ tenant: slug, counter: kind, ...one })))
        found += sumOf(new Map(differences.map((one) => [one.kind, one.differences])).values())
        const compared = steps.map(({ kind, after }) => (after ? `${kind} after ${after}` : kind)).join(', ')
        note(`${slug}: ${compared}: ${found} ${repair ? 'repaired' : 'different'} so far`)
      }
    }
  }
  if (json) print({ differences: found, repaired: repair, shown }, { json })
  else console.log(found === 0 ? 'Every counter is what its cases add up to.' : tableOf(shown, found))
  if (found > 0 && !repair) process.exitCode = 1
}

interface CellAndTenants {
  cell: Cell
  tenants: { id: string; slug: string }[]
}

async function cellsAndTenants(options: PlaceOptions, slug: string | undefined): Promise<CellAndTenants[]> {
  const place = placeOf(options)
  if (slug !== undefined) {
    const { cell, tenant } = await getTenant(place, slug, group([]))
    return [{ cell, tenants: [tenant] }]
  }
  const answers = await acrossCells(place, [listTenants.bind({})])
  return answers.map(({ cell, found: [tenants] }) => ({ cell, tenants }))
}

const executeIn =
  (cell: Cell): Execute =>
  async (named) => {
    const [results] = await run(cell, [together(named)])
    return results
  }

await runProgram(program)
