import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { stringify } from 'smol-toml'
import { root } from '../root'
import { type Bound, readConfiguration, type Stage, stages } from './configuration'

/** wrangler's configuration with what belongs to one account: `wrangler.toml`, and the ids of databases. */
export const accountFile = 'wrangler.account.toml'

/** What belongs to an account of one stage; everything else is `wrangler.toml`'s. */
export interface Deployed {
  account?: string | undefined
  /** The Worker's name. */
  name: string
  /** One per cell, each with its id. */
  databases: Bound[]
}

/** What has been deployed to a stage from this folder, or undefined if nothing has. */
export function deployedTo(stage: Stage): Deployed | undefined {
  if (!existsSync(root + accountFile)) return
  const level = readConfiguration(root + accountFile).env[stage]
  const databases = level?.d1_databases.filter(({ database_id: id }) => id !== undefined) ?? []
  if (!level?.name || databases.length === 0) return
  return { account: level.account_id, name: level.name, databases }
}

const heading = `# Written by \`npm run deploy\` and \`npm run cells\`: wrangler.toml, and what belongs to your account. git ignores it.
# Do not edit it: the next deployment takes all but names and ids from wrangler.toml again.

`

/** Writes the account's file anew from `wrangler.toml`, with what is deployed to this stage and was to the others. */
export function recordDeployed(stage: Stage, deployed: Deployed): void {
  const configuration = readConfiguration(`${root}wrangler.toml`)
  for (const name of stages) {
    const level = configuration.env[name]
    const known = name === stage ? deployed : deployedTo(name)
    if (!level || !known) continue
    level.name = known.name
    level.d1_databases = known.databases
    if (known.account !== undefined) level.account_id = known.account
  }
  // Whole or not at all, whoever reads it meanwhile.
  const draft = `${root}${accountFile}.${process.pid}`
  writeFileSync(draft, heading + stringify(configuration))
  renameSync(draft, root + accountFile)
}
