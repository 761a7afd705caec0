import { z } from 'zod'

/** What wrangler binds. Further cells are `DB_1`, `DB_2`, … */
export interface Env {
  DB: D1Database
  ASSETS?: Fetcher
  KEY_LIMIT?: string
  KEY_WINDOW_SECONDS?: string
  PUBLIC_LIMIT?: string
  PUBLIC_WINDOW_SECONDS?: string
  SERVER_TIMING?: string
}

const count = (most: number, fallback: number) => z.coerce.number().int().min(1).max(most).default(fallback)

const Settings = z.object({
  KEY_LIMIT: count(1000, 100),
  KEY_WINDOW_SECONDS: count(3600, 60),
  PUBLIC_LIMIT: count(1000, 5),
  PUBLIC_WINDOW_SECONDS: count(86_400, 3600),
  SERVER_TIMING: z.enum(['true', 'false']).default('false'),
})

/** The deployment's settings, read from the variables in `wrangler.toml`. */
export interface Settings {
  readonly keyWindow: { limit: number; seconds: number }
  readonly publicWindow: { limit: number; seconds: number }
  readonly serverTiming: boolean
}

/** A setting that cannot be used. Its message names settings only, so it may be logged. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

const parsed = new WeakMap<Env, Settings>()

/** Parses the settings once per environment. Throws a `SettingsError` that names every setting that is wrong. */
export function settingsOf(env: Env): Settings {
  const known = parsed.get(env)
  if (known) return known
  const result = Settings.safeParse(env)
  if (!result.success) {
    const names = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new SettingsError(`Wrong settings: ${names.join('; ')}`)
  }
  const settings: Settings = {
    keyWindow: { limit: result.data.KEY_LIMIT, seconds: result.data.KEY_WINDOW_SECONDS },
    publicWindow: { limit: result.data.PUBLIC_LIMIT, seconds: result.data.PUBLIC_WINDOW_SECONDS },
    serverTiming: result.data.SERVER_TIMING === 'true',
  }
  parsed.set(env, settings)
  return settings
}

/** The database of a cell: `DB` for 0, `DB_1` for 1, …; undefined where none is bound. */
export function databaseOf(env: Env, cell: number): D1Database | undefined {
  const binding: unknown = Reflect.get(env, cell === 0 ? 'DB' : `DB_${cell}`)
  return isDatabase(binding) ? binding : undefined
}

function isDatabase(binding: unknown): binding is D1Database {
  return typeof binding === 'object' && binding !== null && 'batch' in binding
}

/** Every cell's database. */
export function databasesOf(env: Env): D1Database[] {
  return Object.entries(env).flatMap(([name, binding]) =>
    /^DB(_\d+)?$/.test(name) && isDatabase(binding) ? binding : [],
  )
}
