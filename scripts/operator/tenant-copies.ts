import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import { recordAudit } from '../../src/db/audit'
import { group } from '../../src/db/query'
import { erasures } from '../../src/db/restored'
import { type TableCopy, tenantCopy } from '../../src/db/tenant-copy'
import { type Cell, placeOf } from './cells'
import { addCommand, callersPath, note, type PlaceOptions, print } from './command'
import { run } from './database'
import { UsageError } from './fault'
import { actorOf, getTenant } from './records'
import { requireYes } from './terminal'

/** Rows of one trip out of the database. */
const portion = 500

/** Bytes of rows in one trip into it: a statement of D1's has at most 100,000. */
const mostBytes = 80_000

/** Adds the subcommands that keep a copy of one tenant's content, and put it back beside the living tenants. */
export function addTenantCopies(program: Command): void {
  addCommand(
    program,
    'export <slug>',
    "Write a copy of a tenant's content into a file.",
    'export acme --out acme.jsonl',
  )
    .requiredOption('--out <file>', 'the file, which must not be there yet: personal data, readable by you only')
    .action(exportTenant)
  addCommand(
    program,
    'restore <slug>',
    'Put back what a copy has and the tenant has lost or changed since. What is new stays.',
    'restore acme --from acme.jsonl',
  )
    .requiredOption('--from <file>', 'a file of "export"')
    .option('--yes', 'do not ask')
    .action(restoreTenant)
}

async function exportTenant(slug: string, { out, ...options }: PlaceOptions & { out: string }): Promise<void> {
  const { cell, tenant } = await getTenant(placeOf(options), slug, group([]))
  const file = create(callersPath(out))
  try {
    writeSync(file, `${JSON.stringify({ tenantId: tenant.id, slug, at: tenant.now })}\n`)
    const counts: object[] = []
    for (const copy of tenantCopy) counts.push({ table: copy.name, rows: await takeAll(cell, tenant.id, copy, file) })
    print(counts, options)
  } finally {
    closeSync(file)
  }
}

/** Writes every row of a table into a file, and yields their number. */
async function takeAll(cell: Cell, tenantId: string, { name, take }: TableCopy, file: number): Promise<number> {
  let total = 0
  for (let after = ''; ; ) {
    const [rows] = await run(cell, [take.bind({ tenantId, after, most: portion })])
    for (const { row } of rows) writeSync(file, `{"table":"${name}","row":${row}}\n`)
    total += rows.length
    const last = rows.at(-1)
    if (!last || rows.length < portion) return total
    after = last.position
  }
}

function create(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    throw new UsageError(`${path} cannot be made: ${error instanceof Error ? error.message : error}`)
  }
}

const Header = z.object({ tenantId: z.string(), slug: z.string(), at: z.string() })
const Line = z.object({
  table: z.string(),
  row: z.looseObject({ id: z.string().optional(), case_id: z.string().optional() }),
})

async function restoreTenant(slug: string, { from, yes, ...options }: PlaceOptions & { from: string; yes?: boolean }) {
  const { header, lines } = readCopy(callersPath(from))
  const { cell, tenant } = await getTenant(placeOf(options), slug, group([]))
  if (header.tenantId !== tenant.id)
    throw new UsageError(`The copy is of another tenant: ${header.slug}, ${header.tenantId}`)
  const [erased] = await run(cell, [erasures.bind({})])
  const forgotten = new Set(erased.map(({ targetId }) => targetId))
  const kept = lines.filter(({ row }) => !forgotten.has(row.id ?? '') && !forgotten.has(row.case_id ?? ''))
  note(`"${slug}" gets back what it had at ${header.at} and has lost or changed since. What is new stays.`)
  if (kept.length < lines.length)
    note(`Rows left out, because a resident was erased since: ${lines.length - kept.length}.`)
  if (!yes) await requireYes()

  const actor = actorOf(tenant.id, tenant.now)
  await run(cell, [recordAudit(actor, 'tenant.restore', tenant.id)])
  const counts: object[] = []
  for (const copy of tenantCopy) {
    const rows = kept.filter((line) => line.table === copy.name).map(({ row }) => JSON.stringify(row))
    counts.push({ table: copy.name, putBack: await putAll(cell, tenant.id, copy, rows) })
  }
  print(counts, options)
  note('The log of changes does not have these: whoever keeps a copy must begin anew.')
}

async function putAll(cell: Cell, tenantId: string, { put }: TableCopy, rows: string[]): Promise<number> {
  let total = 0
  for (const some of portionsOf(rows)) {
    const [written] = await run(cell, [put.bind({ tenantId, rows: `[${some.join(',')}]` })])
    total += written.length
  }
  return total
}

/** Rows in portions that one statement takes. Throws a `UsageError` for a row that none does. */
function portionsOf(rows: readonly string[]): string[][] {
  const portions: string[][] = []
  let bytes = mostBytes
  for (const row of rows) {
    // Quotes are doubled in a literal.
    const size = Buffer.byteLength(row.replaceAll("'", "''")) + 1
    if (size > mostBytes) throw new UsageError(`A row of ${size} bytes is more than D1 takes in one statement`)
    if (bytes + size > mostBytes) {
      portions.push([])
      bytes = 0
    }
    portions.at(-1)?.push(row)
    bytes += size
  }
  return portions
}

function readCopy(path: string) {
  try {
    const [first = '', ...others] = readFileSync(path, 'utf8').trimEnd().split('\n')
    return { header: Header.parse(JSON.parse(first)), lines: others.map((line) => Line.parse(JSON.parse(line))) }
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      throw new UsageError(`${path} is not a whole copy of "tenants export"`)
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}
