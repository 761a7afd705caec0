import { z } from 'zod'
import { contactUri } from './domain/contact-uri'
import { whyNotPassed } from './domain/header-names'
import { keyLimits } from './domain/key-limits'

/** Bindings of the Worker. Further cells are `DB_1`, `DB_2`, … */
export interface Env {
  DB: D1Database
  ASSETS?: Fetcher
  KEY_LIMIT?: string
  KEY_WINDOW_SECONDS?: string
  /** Maximum live keys per tenant; the operators' command may exceed it. */
  TENANT_KEYS?: string
  PUBLIC_LIMIT?: string
  PUBLIC_WINDOW_SECONDS?: string
  /** Leading bits of an IPv6 address that identify one client. */
  PUBLIC_IPV6_PREFIX?: string
  /** Secret key for hashing addresses before they are stored: at least 16 characters. */
  IP_HASH_SECRET?: string
  /** JSON: the cell of each tenant that is not in cell 0, by slug. */
  TENANT_CELLS?: string
  /** Cloudflare Turnstile on the contact form, if both are set. */
  TURNSTILE_SITE_KEY?: string
  TURNSTILE_SECRET?: string
  /** Deadline of one D1 trip, in milliseconds. */
  D1_DEADLINE_MS?: string
  /** Where to report vulnerabilities, for `/.well-known/security.txt`: an email or https address. */
  SECURITY_CONTACT?: string
  SERVER_TIMING?: string
  /** What the console's sessions are sealed under: at least 32 characters. Without it the console is closed. */
  CONSOLE_SECRET?: string
  /** A Worker that serves what `PROXIED` names; wins over `UPSTREAM_ORIGIN`. */
  UPSTREAM?: Fetcher
  UPSTREAM_ORIGIN?: string
  UPSTREAM_SECRET?: string
  UPSTREAM_TIMEOUT_MS?: string
  /** Additional caller headers that the origin receives: a comma-separated list. */
  UPSTREAM_HEADERS?: string
  PROXIED?: string
  /** Secret that encrypts the secrets of webhooks: at least 32 characters. Several, with commas, while it is replaced. */
  WEBHOOK_KEY?: string
  /** Deadline of an endpoint's answer, in milliseconds. */
  WEBHOOK_TIMEOUT_MS?: string
  /** `true` lets webhooks go to this machine: for development and tests only. */
  WEBHOOK_ALLOW_LOOPBACK?: string
  /** Takes over the sending from the cron and from the request that made a change, where it is bound. */
  WEBHOOK_QUEUE?: Queue<DueEndpoint>
  /** Counts invalid keys per client and colo, to hold off who sends too many; off where it is not bound. */
  SHIELD?: RateLimit
}

/** A message of the queue: an endpoint that has something to send. */
export interface DueEndpoint {
  cell: number
  endpointId: string
}

/** Resources that can be proxied. Keys, audit and `me` are the gateway's own. */
export const proxiable = ['cases', 'events', 'news', 'wards', 'categories', 'users', 'submissions', 'reports'] as const

/** Default of `D1_DEADLINE_MS`. */
export const usualD1DeadlineMs = 8_000

const whole = (least: number, most: number) => {
  const error = `Must be a whole number from ${least} to ${most}`
  return z.coerce.number({ error }).int({ error }).min(least, { error }).max(most, { error })
}

const count = (most: number, fallback: number) => whole(1, most).default(fallback)

const commaList = z
  .string()
  .default('')
  .transform((list) =>
    list
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
  )

/** Variables and secrets as they are written: their defaults and bounds, which docs/configuration.md lists. */
export const Settings = z.object({
  KEY_LIMIT: count(keyLimits.requests.most, 100),
  KEY_WINDOW_SECONDS: count(keyLimits.windowSeconds.most, 60),
  TENANT_KEYS: count(1000, 50),
  PUBLIC_LIMIT: count(1000, 5),
  PUBLIC_WINDOW_SECONDS: count(86_400, 3600),
  PUBLIC_IPV6_PREFIX: whole(48, 64).default(64),
  IP_HASH_SECRET: z.string().min(16, 'Must have at least 16 characters').optional(),
  TENANT_CELLS: z
    .string()
    .default('{}')
    .transform((text, ctx): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        ctx.addIssue({ code: 'custom', message: 'Must be JSON, like {"acme": 1}' })
        return z.NEVER
      }
    })
    .pipe(z.record(z.string(), z.int().min(0))),
  TURNSTILE_SITE_KEY: z.string().min(1).optional(),
  TURNSTILE_SECRET: z.string().min(1).optional(),
  D1_DEADLINE_MS: count(25_000, usualD1DeadlineMs),
  SECURITY_CONTACT: z
    .string()
    .transform((text, ctx) => {
      const contact = contactUri(text)
      if (contact !== undefined) return contact
      ctx.addIssue({ code: 'custom', message: 'Must be an email address or a web address that begins with https://' })
      return z.NEVER
    })
    .optional(),
  SERVER_TIMING: z.enum(['true', 'false']).default('false'),
  CONSOLE_SECRET: z.string().min(32, 'Must have at least 32 characters').optional(),
  UPSTREAM_ORIGIN: z
    .url({ protocol: /^https?$/, error: 'Must be an http or https URL' })
    .refine((address) => /^[^@?#]+$/.test(address), 'Must not contain a user name, password, query or fragment')
    .optional(),
  UPSTREAM_SECRET: z.string().min(16, 'Must have at least 16 characters').optional(),
  UPSTREAM_TIMEOUT_MS: count(60_000, 10_000),
  UPSTREAM_HEADERS: commaList.pipe(
    z.array(
      z
        .string()
        .toLowerCase()
        .superRefine((name, ctx) => {
          const why = whyNotPassed(name)
          if (why) ctx.addIssue({ code: 'custom', message: `${name}: ${why}` })
        }),
    ),
  ),
  PROXIED: commaList.pipe(
    z.array(z.enum(proxiable, { error: `Must be a comma-separated list of: ${proxiable.join(', ')}` })),
  ),
  WEBHOOK_KEY: commaList.pipe(z.array(z.string().min(32, 'Must have at least 32 characters'))),
  WEBHOOK_TIMEOUT_MS: count(10_000, 10_000),
  WEBHOOK_ALLOW_LOOPBACK: z.enum(['true', 'false']).default('false'),
})

/** The deployment's settings, read from the variables in `wrangler.toml`. */
export interface Settings {
  readonly keyWindow: { limit: number; seconds: number }
  /** Maximum live keys per tenant. */
  readonly tenantKeys: number
  readonly publicWindow: { limit: number; seconds: number }
  /** Leading bits of an IPv6 address that identify one client: 48 to 64. */
  readonly ipv6Prefix: number
  /** Secret key for hashing addresses; if undefined, the public endpoints stay closed. */
  readonly ipHashSecret: string | undefined
  /** The cells of the tenants that are not in cell 0, by slug. */
  readonly tenantCells: Readonly<Record<string, number>>
  /** The contact form's bot check; undefined if not configured. */
  readonly turnstile: { siteKey: string; secret: string } | undefined
  /** Deadline of one D1 trip, after which the answer is 503. */
  readonly d1DeadlineMs: number
  /** Where to report vulnerabilities, as a URI; undefined if not configured. */
  readonly securityContact: string | undefined
  readonly serverTiming: boolean
  /** What the console's sessions are sealed under; if undefined, the console is closed. */
  readonly consoleSecret: string | undefined
  /** The server that some resources are proxied to; undefined where D1 serves them all. */
  readonly upstream: Upstream | undefined
  /** What the secrets of webhooks are encrypted under: the first encrypts, all decrypt. Empty if not configured. */
  readonly webhookKeys: readonly string[]
  /** Deadline of an endpoint's answer. */
  readonly webhookTimeoutMs: number
  /** Webhooks may go to this machine. */
  readonly allowsLoopback: boolean
}

/** An existing Casework server behind the gateway. */
export interface Upstream {
  readonly origin: URL
  readonly fetcher: Pick<Fetcher, 'fetch'>
  /** Secret that signs requests to it. */
  readonly secret: string
  /** Deadline for the start of its answer. */
  readonly timeoutMs: number
  /** Additional caller headers that it receives: names in lower case. */
  readonly headers: readonly string[]
  readonly resources: ReadonlySet<string>
}

/** Invalid or missing setting. The message names settings only, so it may be logged. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** Variables that settings are read from, without the databases. */
export type Vars = Omit<Env, 'DB'>

const parsed = new WeakMap<Vars, Settings>()

/** Parses the settings once per environment. Throws a `SettingsError` that names every setting that is wrong. */
export function settingsOf(env: Vars): Settings {
  const known = parsed.get(env)
  if (known) return known
  const result = Settings.safeParse(env)
  if (!result.success) {
    const names = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new SettingsError(`Invalid settings: ${names.join('; ')}`)
  }
  const settings: Settings = {
    keyWindow: { limit: result.data.KEY_LIMIT, seconds: result.data.KEY_WINDOW_SECONDS },
    tenantKeys: result.data.TENANT_KEYS,
    publicWindow: { limit: result.data.PUBLIC_LIMIT, seconds: result.data.PUBLIC_WINDOW_SECONDS },
    ipv6Prefix: result.data.PUBLIC_IPV6_PREFIX,
    ipHashSecret: result.data.IP_HASH_SECRET,
    tenantCells: result.data.TENANT_CELLS,
    turnstile: turnstileOf(result.data),
    d1DeadlineMs: result.data.D1_DEADLINE_MS,
    securityContact: result.data.SECURITY_CONTACT,
    serverTiming: result.data.SERVER_TIMING === 'true',
    consoleSecret: result.data.CONSOLE_SECRET,
    upstream: upstreamFor(env, result.data),
    webhookKeys: result.data.WEBHOOK_KEY,
    webhookTimeoutMs: result.data.WEBHOOK_TIMEOUT_MS,
    allowsLoopback: result.data.WEBHOOK_ALLOW_LOOPBACK === 'true',
  }
  parsed.set(env, settings)
  return settings
}

/**
 * The secret that hashes addresses and signs forms. Throws a `SettingsError` if there is none: the public side
 * stays closed.
 */
export function publicSecretOf(env: Env): string {
  const { ipHashSecret } = settingsOf(env)
  if (!ipHashSecret) throw new SettingsError('Invalid settings: IP_HASH_SECRET is needed by the public endpoints')
  return ipHashSecret
}

function turnstileOf({ TURNSTILE_SITE_KEY, TURNSTILE_SECRET }: z.infer<typeof Settings>): Settings['turnstile'] {
  if (TURNSTILE_SITE_KEY && TURNSTILE_SECRET) return { siteKey: TURNSTILE_SITE_KEY, secret: TURNSTILE_SECRET }
}

/** The resource of a path: `cases` of `/api/cases/42`. */
export const resourceOf = (path: string) => path.split('/')[2] ?? ''

/** The origin that serves a path's resource, or undefined where D1 does. */
export function upstreamOf(env: Env, path: string): Upstream | undefined {
  const { upstream } = settingsOf(env)
  return upstream?.resources.has(resourceOf(path)) ? upstream : undefined
}

function upstreamFor(env: Vars, settings: z.infer<typeof Settings>): Upstream | undefined {
  const { PROXIED, UPSTREAM_ORIGIN, UPSTREAM_SECRET, UPSTREAM_TIMEOUT_MS, UPSTREAM_HEADERS } = settings
  if (PROXIED.length === 0) return
  if (!env.UPSTREAM && !UPSTREAM_ORIGIN) throw new SettingsError('Invalid settings: PROXIED needs UPSTREAM_ORIGIN')
  if (!UPSTREAM_SECRET) throw new SettingsError('Invalid settings: PROXIED needs UPSTREAM_SECRET')
  return {
    origin: new URL(UPSTREAM_ORIGIN ?? 'https://upstream'),
    fetcher: env.UPSTREAM ?? { fetch: (input, init) => fetch(input, init) },
    secret: UPSTREAM_SECRET,
    timeoutMs: UPSTREAM_TIMEOUT_MS,
    headers: UPSTREAM_HEADERS,
    resources: new Set(PROXIED),
  }
}

/** The cell of a tenant that a public path names: 0 unless `TENANT_CELLS` has another. */
export function cellOfTenant(env: Env, slug: string): number {
  const { tenantCells } = settingsOf(env)
  return (Object.hasOwn(tenantCells, slug) ? tenantCells[slug] : undefined) ?? 0
}

/** The database of a cell: `DB` for 0, `DB_1` for 1, …; undefined if it is not bound. */
export function databaseOf(env: Env, cell: number): D1Database | undefined {
  const binding: unknown = Reflect.get(env, cell === 0 ? 'DB' : `DB_${cell}`)
  return isDatabase(binding) ? binding : undefined
}

function isDatabase(binding: unknown): binding is D1Database {
  return typeof binding === 'object' && binding !== null && 'batch' in binding
}

/** Every cell with its database. */
export function databasesOf(env: Env): { cell: number; d1: D1Database }[] {
  return Object.entries(env).flatMap(([name, binding]) => {
    const named = /^DB(?:_(\d+))?$/.exec(name)
    return named && isDatabase(binding) ? [{ cell: Number(named[1] ?? 0), d1: binding }] : []
  })
}
