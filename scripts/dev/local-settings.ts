import { SettingsError, settingsOf } from '../../src/settings'
import type { Place } from '../operator/cells'
import { UsageError } from '../operator/fault'

/** Variables passed to the Worker from our environment: the settings of an origin, and the secret. */
const handedOn = [
  'IP_HASH_SECRET',
  'PROXIED',
  'UPSTREAM_ORIGIN',
  'UPSTREAM_SECRET',
  'UPSTREAM_TIMEOUT_MS',
  'UPSTREAM_HEADERS',
  'WEBHOOK_KEY',
  'CONSOLE_SECRET',
]

/** Development defaults; a deployment must set its own secret. */
const defaults = {
  IP_HASH_SECRET: 'for development only',
  SERVER_TIMING: 'true',
  WEBHOOK_KEY: 'a key of webhooks for development only',
  CONSOLE_SECRET: 'a secret of the console for development only',
  WEBHOOK_ALLOW_LOOPBACK: 'true',
}

/** The settings that the Worker runs with here. */
export interface LocalSettings {
  /** Those that its own files do not hold. */
  added: Record<string, string>
  /** Proxied resources and their origin; undefined if nothing is proxied. */
  proxied: { resources: string; origin: string } | undefined
  /** What the secrets of webhooks are encrypted under. */
  webhookKeys: readonly string[]
}

/** Reads the settings as wrangler will, and throws a `UsageError` that names those that cannot be used. */
export async function localSettings({ config }: Place): Promise<LocalSettings> {
  const ofFiles = await varsOf(config)
  const ofEnvironment = Object.fromEntries(
    handedOn.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  )
  const { upstream, webhookKeys } = checked({ ...defaults, ...ofFiles, ...ofEnvironment })
  const missing = Object.entries(defaults).filter(([name]) => !(name in ofFiles))
  return {
    added: { ...Object.fromEntries(missing), ...ofEnvironment },
    proxied: upstream && { resources: [...upstream.resources].join(', '), origin: upstream.origin.href },
    webhookKeys,
  }
}

/** `[vars]` of wrangler's configuration, and what `.dev.vars` sets instead. */
async function varsOf(config: string): Promise<Record<string, unknown>> {
  // Takes a second, so only who needs it loads it.
  const { unstable_getVarsForDev: varsForDev, unstable_readConfig: readConfig } = await import('wrangler')
  try {
    const vars = varsForDev(config, undefined, readConfig({ config }, { hideWarnings: true }).vars, undefined, true)
    return Object.fromEntries(Object.entries(vars).map(([name, { value }]) => [name, value]))
  } catch (error) {
    throw new UsageError(`${config} cannot be used: ${error instanceof Error ? error.message.trim() : error}`)
  }
}

function checked(vars: object) {
  try {
    return settingsOf(vars)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    throw new UsageError(`${error.message}. Settings are in wrangler.toml, .dev.vars and the environment`)
  }
}
