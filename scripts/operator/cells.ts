import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { root } from '../root'
import { UsageError } from './fault'

/** Databases of a command: the local ones of a folder, or production's. */
export interface Place {
  /** wrangler's configuration. */
  config: string
  remote: boolean
  /** Folder of the local databases. */
  state: string
}

/** One database of the deployment, and the number that keys name it by. */
export interface Cell {
  place: Place
  number: number
  binding: string
}

/** The place that the options name: by default the local databases, in `CASEWORK_STATE` or `.wrangler/state`. */
export function placeOf({ config, remote, persistTo }: Partial<Place> & { persistTo?: string } = {}): Place {
  return {
    config: resolve(root, config ?? 'wrangler.toml'),
    remote: remote ?? false,
    state: resolve(root, persistTo ?? (process.env.CASEWORK_STATE || '.wrangler/state')),
  }
}

/** File of the demo key, next to the local databases. */
export function demoKeyFile({ state }: Place): string {
  return join(dirname(state), 'demo-key')
}

/** Every cell that wrangler's configuration binds: `DB` is 0, `DB_1` is 1, … */
export function cellsOf(place: Place): Cell[] {
  const bound = readConfig(place.config).matchAll(/\bbinding\s*=\s*["'](DB(?:_([1-9]\d{0,3}))?)["']/g)
  const cells = [...bound].map(([, binding = 'DB', number = '0']) => ({ place, number: Number(number), binding }))
  if (cells.length === 0) throw new UsageError(`No database is bound in ${place.config}`)
  return cells
}

/** The cell of a number. Throws a `UsageError` if none is bound. */
export function getCell(place: Place, number: number): Cell {
  const cell = cellsOf(place).find((one) => one.number === number)
  if (cell) return cell
  const binding = number === 0 ? 'DB' : `DB_${number}`
  throw new UsageError(
    `No database is bound for cell ${number}: add a [[d1_databases]] block with binding "${binding}"`,
  )
}

/** wrangler's configuration without its comments. Throws a `UsageError` if there is none. */
export function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\s*#.*$/gm, '')
  } catch {
    throw new UsageError(`No wrangler configuration at ${file}`)
  }
}
