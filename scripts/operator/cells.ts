import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { root } from '../root'
import { accountFile } from './account-file'
import { levelOf, type Stage } from './configuration'
import { UsageError } from './fault'

/** Databases of a command: the local ones of a folder, or a stage's. */
export interface Place {
  /** wrangler's configuration. */
  config: string
  /** The environment in it; undefined for its top level. */
  env: Stage | undefined
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

/** Options that name a place. */
export interface Placing {
  config?: string | undefined
  env?: Stage | undefined
  persistTo?: string | undefined
  remote?: boolean | undefined
}

/** The place that the options name: by default the local databases, in `CASEWORK_STATE` or `.wrangler/state`. */
export function placeOf({ config, env, remote = env !== undefined, persistTo }: Placing = {}): Place {
  const stage = env ?? (remote && config === undefined ? 'production' : undefined)
  return {
    config: resolve(root, config ?? (stage ? accountFile : 'wrangler.toml')),
    env: stage,
    remote,
    state: resolve(root, persistTo ?? (process.env.CASEWORK_STATE || '.wrangler/state')),
  }
}

/** File of the demo key, next to the local databases. */
export function demoKeyFile({ state }: Place): string {
  return join(dirname(state), 'demo-key')
}

/** Every cell that wrangler's configuration binds: `DB` is 0, `DB_1` is 1, … */
export function cellsOf(place: Place): Cell[] {
  requireDeployed(place)
  const cells = levelOf(place.config, place.env).d1_databases.flatMap(({ binding }) => {
    const number = cellNumber(binding)
    return number === undefined ? [] : [{ place, number, binding }]
  })
  if (cells.length === 0) throw new UsageError(`No database is bound in ${place.config}`)
  return cells
}

/** The binding of a cell's database. */
export const bindingOf = (number: number) => (number === 0 ? 'DB' : `DB_${number}`)

/** The number of the cell that a binding is for, or undefined for another one. */
export function cellNumber(binding: string): number | undefined {
  const [isCell, number = '0'] = /^DB(?:_([1-9]\d{0,3}))?$/.exec(binding) ?? []
  return isCell === undefined ? undefined : Number(number)
}

/** Throws a `UsageError` if a stage has no databases yet that this folder knows of. */
function requireDeployed({ config, env }: Place): void {
  if (env === undefined || config !== resolve(root, accountFile)) return
  const isKnown =
    existsSync(config) && levelOf(config, env).d1_databases.some(({ database_id: id }) => id !== undefined)
  if (isKnown) return
  throw new UsageError(
    `Nothing is known here of ${env}: "npm run deploy -- --env ${env}" deploys it, "npm run cells -- find --env ${env}" looks up what is deployed`,
  )
}

/** The cell of a number. Throws a `UsageError` if none is bound. */
export function getCell(place: Place, number: number): Cell {
  const cell = cellsOf(place).find((one) => one.number === number)
  if (cell) return cell
  throw new UsageError(
    place.env
      ? `No database is bound for cell ${number}: "npm run cells -- add --env ${place.env}" adds one`
      : `No database is bound for cell ${number}: add a [[d1_databases]] block with binding "${bindingOf(number)}"`,
  )
}
