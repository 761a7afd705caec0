import { sql } from 'drizzle-orm'
import { getCell, type Place } from '../../../scripts/operator/cells'
import { run } from '../../../scripts/operator/database'
import { sqlStatement } from '../../../src/db/query'
import { operatorsOn } from '../command'
import type { KeptCase, Ledger } from './ledger'
import { type Due, deliveryFaults, type Receiver } from './receiver'
import { windowFaults } from './windows'

/** Windows that the load knows, by their names in the ledger. */
export const windows = {
  writer: { limit: 1000, windowMs: 10_000 },
  tight: { limit: 20, windowMs: 5_000 },
  address: { limit: 5, windowMs: 3_600_000 },
}

/** A case as it is in the database. */
export interface StoredCase extends KeptCase {
  created: number
}

/** What is wrong with stored rows that callers were told of: each must be there once, as its last answer said. */
export function caseFaults({ slug, cases }: Pick<Ledger, 'slug' | 'cases'>, stored: readonly StoredCase[]): string[] {
  const byMark = new Map<string, StoredCase[]>()
  for (const one of stored) byMark.set(one.mark, [...(byMark.get(one.mark) ?? []), one])
  const kept = new Set(cases.map(({ mark }) => mark))
  const asText = (one: KeptCase) =>
    JSON.stringify([one.id, one.reference, one.version, one.summary, one.status, one.notes.toSorted()])
  return [
    ...cases.flatMap((one) => {
      const [found, ...more] = byMark.get(one.mark) ?? []
      if (!found) return [`${slug}: case ${one.reference} was acknowledged and is not there`]
      if (more.length > 0) return [`${slug}: case ${one.reference} is there ${more.length + 1} times`]
      if (found.created !== 1) return [`${slug}: case ${one.reference} has ${found.created} changes of its creation`]
      return asText(found) === asText(one) ? [] : [`${slug}: case ${asText(one)} is ${asText(found)}`]
    }),
    ...stored
      .filter(({ mark }) => !kept.has(mark))
      .map(({ reference }) => `${slug}: nobody knows of case ${reference}`),
  ]
}

/** What is wrong with numbers that must be 1, 2, 3 … without a gap or a repeat. */
export function numberFaults(name: string, numbers: readonly number[]): string[] {
  const wrong = numbers.toSorted((a, b) => a - b).findIndex((number, at) => number !== at + 1)
  return wrong === -1
    ? []
    : [`${name}: not numbered 1 to ${numbers.length} without gap or repeat, from ${wrong + 1} on`]
}

/** The numbers at the end of references like `CW-2026-0042`. */
const numbersOf = (references: readonly string[]) => references.map((one) => Number(one.split('-').at(-1)))

/** Rows of the first cell, straight from SQL; tried again while another process has the database. */
export async function rowsIn<Row>(place: Place, text: string): Promise<Row[]> {
  const [rows] = await run(getCell(place, 0), [sqlStatement<Row>(sql.raw(text)).bind({})])
  return rows
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

/** Reads everything back from the databases of a stopped server, and yields what is wrong, one line each. */
export async function storedFaults(place: Place, ledger: Ledger, receiver: Receiver): Promise<string[]> {
  const { slug } = ledger
  const tenant = `(select id from tenants where slug = ${quoted(slug)})`
  const found = await rowsIn<Omit<StoredCase, 'notes'> & { notes: string }>(
    place,
    `select id, reference, internal_ref as mark, version, summary, status,
       (select json_group_array(body) from timeline where case_id = cases.id and type = 'note') as notes,
       coalesce(creations.n, 0) as created
       from cases left join (
         select target_id, count(*) as n from changes where tenant_id = ${tenant} and event = 'case_created' group by target_id
       ) creations on creations.target_id = cases.id
       where tenant_id = ${tenant}`,
  )
  const stored = found.map((row) => ({ ...row, notes: JSON.parse(row.notes) }))
  const messages = await rowsIn<{ reference: string; message: string }>(
    place,
    `select reference, message from submissions where tenant_id = ${tenant}`,
  )
  const changes = await rowsIn<Due>(
    place,
    `select sequence, event, target_id from changes where tenant_id = ${tenant} order by sequence`,
  )
  return [
    ...ledger.faults,
    ...caseFaults(ledger, stored),
    ...messageFaults(ledger, messages),
    ...numberFaults(`${slug}: references of cases`, numbersOf(stored.map(({ reference }) => reference))),
    ...numberFaults(`${slug}: references of messages`, numbersOf(messages.map(({ reference }) => reference))),
    ...numberFaults(
      `${slug}: the log`,
      changes.map(({ sequence }) => sequence),
    ),
    ...deliveryFaults(`${slug}: webhooks`, receiver.received(`/${slug}`), changes),
    ...(await admissionFaults(place, ledger)),
  ]
}

/** What is wrong with residents' messages: each acknowledged one must be there once, and no other more than once. */
export function messageFaults(
  { slug, messages }: Pick<Ledger, 'slug' | 'messages'>,
  stored: readonly { reference: string; message: string }[],
): string[] {
  return messages.flatMap(({ mark, reference }) => {
    const found = stored.filter(({ message }) => message === mark)
    const isRight =
      reference === undefined ? found.length <= 1 : found.length === 1 && found[0]?.reference === reference
    return isRight ? [] : [`${slug}: message ${reference ?? mark} is there ${found.length} times`]
  })
}

async function admissionFaults(place: Place, { slug, attempts }: Ledger): Promise<string[]> {
  const counted = await rowsIn<{ name: string; total: number }>(
    place,
    `select keys.name, windows.total from windows join keys on keys.id = windows.id
      join tenants on tenants.id = keys.tenant_id where tenants.slug = ${quoted(slug)}`,
  )
  // Addresses are kept as HMACs only; theirs is the one window whose row nobody else's can be told from.
  const address = attempts.get('address') ?? []
  const admitted = address.filter(({ outcome }) => outcome === 'admitted').length
  return [
    ...(['writer', 'tight'] as const).flatMap((name) => {
      const total = counted.find((one) => one.name === name)?.total ?? 0
      return windowFaults(`${slug}: the window of ${name}`, attempts.get(name) ?? [], windows[name], total)
    }),
    ...windowFaults(`${slug}: the window of an address`, address, windows.address, admitted),
  ]
}

/** What the databases' own checks and `npm run counters -- check` find, one line each. */
export async function integrityFaults(place: Place): Promise<string[]> {
  const [structure] = await rowsIn<{ quick_check: string }>(place, 'pragma quick_check')
  const search = await rowsIn(place, `insert into cases_fts (cases_fts, rank) values ('integrity-check', 1)`).then(
    () => 'ok',
    (error: unknown) => String(error),
  )
  const { code, stdout, stderr } = await operatorsOn(place.state).operate('counters', 'check')
  return [
    ...(structure?.quick_check === 'ok' ? [] : [`The database is damaged: ${structure?.quick_check}`]),
    ...(search === 'ok' ? [] : [`The search index differs from the cases: ${search}`]),
    ...(code === 0 ? [] : [`Counters differ from the cases they count: ${stdout}${stderr}`]),
  ]
}
