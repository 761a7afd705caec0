import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  casesHeld,
  disclosuresHeld,
  type HeldDisclosure,
  messagesHeld,
  notesHeld,
} from '../../../src/db/residents/held'
import { type Cell as CsvCell, csvChunks } from '../../../src/domain/csv'
import type { Runner } from '../../../src/jobs/walk'
import { inPortions } from './portions'
import type { Found, Matched } from './search'

type Row = Record<string, unknown>

/** Everything that a tenant holds of a resident, table by table, as a person can read it. */
export interface Held {
  cases: (Row & { timeline: Row[] })[]
  messages: Row[]
  /** Answers stored for 24 hours, so that a repeated request gets them again. */
  storedResults: Row[]
  /** Who was given these cases and messages, and on which days. */
  disclosures: HeldDisclosure[]
}

const isoOf = (ms: number) => new Date(ms).toISOString()

/** What only the database needs. */
function shown({ tenantId: _, rowId: __, serial: ___, ...row }: Row): Row {
  return row
}

/** Reads all that is held in the records that are sure to be the resident's. */
export async function heldOf(run: Runner, tenantId: string, { cases, messages, results }: Found): Promise<Held> {
  const held: Held = { cases: [], messages: [], storedResults: [], disclosures: [] }
  for (const ids of inPortions(sureIds(cases))) {
    const values = { tenantId, ids: JSON.stringify(ids) }
    const { rows, notes, given } = await run({
      rows: casesHeld.bind(values),
      notes: notesHeld.bind(values),
      given: disclosuresHeld.bind({ ...values, disclosedType: 'case' }),
    })
    held.disclosures.push(...given)
    for (const row of rows) {
      const own = notes.filter(({ caseId }) => caseId === row.id)
      const timeline = own.map(({ caseId: _, createdAt, ...note }) => ({ ...note, createdAt: isoOf(createdAt) }))
      held.cases.push({ ...shown(row), timeline })
    }
  }
  for (const ids of inPortions(sureIds(messages))) {
    const values = { tenantId, ids: JSON.stringify(ids) }
    const { rows, given } = await run({
      rows: messagesHeld.bind(values),
      given: disclosuresHeld.bind({ ...values, disclosedType: 'submission' }),
    })
    held.messages.push(...rows.map(shown))
    held.disclosures.push(...given)
  }
  held.storedResults = results.map(({ route, createdAt, body }) => ({ route, createdAt: isoOf(createdAt), body }))
  return held
}

const sureIds = (rows: Matched<{ id: string }>[]) => rows.filter(({ sure }) => sure).map(({ id }) => id)

/**
 * Writes an export into a folder that only its owner can read: all of it as `resident.json`, and a CSV file per table for an
 * office's own programs. Throws where a file is there already. Returns the files.
 */
export function writeHeld(folder: string, held: Held): string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const cases = held.cases.map(({ timeline: _, ...row }) => row)
  const timeline = held.cases.flatMap(({ id, timeline }) => timeline.map((entry) => ({ caseId: id, ...entry })))
  const tables = {
    ...{ cases, timeline, messages: held.messages, 'stored-results': held.storedResults },
    disclosures: held.disclosures,
  }
  const files = [
    { name: 'resident.json', text: `${JSON.stringify(held, null, 2)}\n` },
    ...Object.entries(tables).map(([name, rows]) => ({ name: `${name}.csv`, text: csvOf(rows) })),
  ]
  return files.map(({ name, text }) => {
    const file = join(folder, name)
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
    return file
  })
}

const cellOf = (value: unknown): CsvCell =>
  typeof value === 'string' || typeof value === 'number' || value === null ? value : JSON.stringify(value)

function csvOf(rows: readonly Row[]): string {
  const header = Object.keys(rows[0] ?? {})
  if (header.length === 0) return ''
  return [...csvChunks(header, rows, (row) => header.map((name) => cellOf(row[name])))].join('')
}
