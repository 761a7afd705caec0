import { readFileSync } from 'node:fs'
import { parse } from 'smol-toml'
import { z } from 'zod'
import { UsageError } from './fault'

/** Stages that can be deployed to, each an environment of wrangler's configuration. */
export const stages = ['staging', 'production'] as const
export type Stage = (typeof stages)[number]

/** A D1 database as the configuration binds it; without an id until it is created. */
const Bound = z.looseObject({
  binding: z.string(),
  database_name: z.string(),
  database_id: z.string().optional(),
  preview_database_id: z.string().optional(),
})
export type Bound = z.infer<typeof Bound>

const Level = z.looseObject({
  name: z.string().optional(),
  account_id: z.string().optional(),
  vars: z.record(z.string(), z.unknown()).default({}),
  d1_databases: z.array(Bound).default([]),
})

/** What the commands read of wrangler's configuration: its top level, or one of its environments. */
export type Level = z.infer<typeof Level>

const Configuration = Level.extend({ env: z.record(z.string(), Level).default({}) })
export type Configuration = z.infer<typeof Configuration>

/** wrangler's configuration, from a TOML file. Throws a `UsageError` if there is none, or it cannot be read. */
export function readConfiguration(file: string): Configuration {
  const text = readText(file)
  try {
    return Configuration.parse(parse(text))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error)
    throw new UsageError(`${file} cannot be used: ${why.split('\n')[0]}`)
  }
}

/** The top level of a configuration, or one environment. Throws a `UsageError` if it has no such environment. */
export function levelOf(file: string, env: string | undefined): Level {
  const configuration = readConfiguration(file)
  if (env === undefined) return configuration
  const level = configuration.env[env]
  if (level) return level
  throw new UsageError(`${file} has no [env.${env}]`)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new UsageError(`No wrangler configuration at ${file}`)
  }
}
