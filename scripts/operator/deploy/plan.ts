import { root } from '../../root'
import { accountFile, type Deployed, deployedTo } from '../account-file'
import { cellNumber } from '../cells'
import { type Bound, type Level, levelOf, type Stage } from '../configuration'
import { UsageError } from '../fault'

/** Where D1 keeps a database for good; `none` leaves the place to Cloudflare. */
export const jurisdictions = ['eu', 'fedramp', 'none'] as const
export type Jurisdiction = (typeof jurisdictions)[number]

/** What a Worker's name must be, which is also its database's. */
export const workerNameMust = 'made of a-z, 0-9 and hyphens inside, at most 54 characters'

/** Whether Cloudflare takes a text as a Worker's name. */
export const isWorkerName = (name: string) => /^[a-z0-9](?:[a-z0-9-]{0,52}[a-z0-9])?$/.test(name)

/** Secrets that every deployment has, 32 random bytes each. */
export const secrets = ['IP_HASH_SECRET', 'WEBHOOK_KEY', 'CONSOLE_SECRET']

/** A tenant to begin with. */
export interface FirstTenant {
  slug: string
  name: string
  plan: string
}

/** What one deployment is to do. */
export interface Plan {
  stage: Stage
  /** The Worker's name. */
  name: string
  jurisdiction: Jurisdiction
  /** Names and, where they are known, ids of the databases. */
  databases: Deployed['databases']
  /** What has been deployed from this folder before. */
  known: Deployed | undefined
  tenant: FirstTenant | undefined
  /** The Worker's address; undefined to take it from what wrangler prints. */
  url: string | undefined
  /** How long `/readyz` may take to answer with 200. */
  waitSeconds: number
}

/** What the options say of a deployment. */
export interface Wishes {
  name?: string | undefined
  jurisdiction?: Jurisdiction | undefined
  tenant?: FirstTenant | undefined
  url?: string | undefined
  waitSeconds: number
}

/** Would let anybody with an admin's key send to what runs next to the Worker. */
const unsafe = 'WEBHOOK_ALLOW_LOOPBACK'

/** Throws a `UsageError` if webhooks could be sent to the Worker's own machine: by a variable, or by a secret. */
export function requireSafe(names: readonly string[]): void {
  if (names.includes(unsafe))
    throw new UsageError(`${unsafe} is for development and tests only: remove it, then deploy`)
}

/** Plans a deployment from `wrangler.toml`, the account's file and the options. Throws a `UsageError` for what cannot be. */
export function planOf(stage: Stage, wishes: Wishes): Plan {
  const level = levelOf(`${root}wrangler.toml`, stage)
  requireSafe(Object.keys(level.vars))
  const known = deployedTo(stage)
  const name = wishes.name ?? known?.name ?? level.name ?? stage
  if (known && name !== known.name) {
    throw new UsageError(
      `${stage} is deployed as ${known.name}: to begin another one as ${name}, remove its names and ids from ${accountFile} first`,
    )
  }
  return {
    stage,
    name,
    jurisdiction: wishes.jurisdiction ?? 'eu',
    databases: databasesOf(level, name, known?.databases ?? []),
    known,
    tenant: wishes.tenant,
    url: wishes.url,
    waitSeconds: wishes.waitSeconds,
  }
}

/**
 * The databases that the configuration binds, and further cells that are known. A Worker by another name has databases of
 * that name, so that two never share one.
 */
function databasesOf(level: Level, name: string, known: Bound[]): Bound[] {
  const bound = level.d1_databases.map((one) => {
    const named = name === level.name ? {} : { database_name: databaseName(name, cellNumber(one.binding) ?? 0) }
    return { ...one, ...named, ...known.find(({ binding }) => binding === one.binding) }
  })
  return [...bound, ...known.filter(({ binding }) => !bound.some((one) => one.binding === binding))]
}

/** The name of a cell's database, by the name of cell 0's. */
export const databaseName = (first: string, cell: number) => (cell === 0 ? first : `${first}-${cell}`)

/** Where a Worker at this address says that it is ready. */
export const readyAt = (address: string) => new URL('/readyz', address).href

/** The steps of a deployment, in order, as they are shown before anything is done. */
export function stepsOf({ stage, name, jurisdiction, databases, tenant, url, waitSeconds }: Plan): string[] {
  const namesOf = (some: Bound[]) => some.map((one) => one.database_name).join(', ')
  const present = databases.filter((one) => one.database_id !== undefined)
  const wanted = databases.filter((one) => one.database_id === undefined)
  const bindings = databases.map(({ binding }) => binding).join(', ')
  const where = jurisdiction === 'none' ? 'no jurisdiction' : `the jurisdiction ${jurisdiction}`
  return [
    `Check the login, and that the name ${name} is this Worker's or free`,
    [
      ...(present.length > 0 ? [`Look for the database ${namesOf(present)} by its id in ${accountFile}`] : []),
      ...(wanted.length > 0
        ? [
            `Create the database ${namesOf(wanted)} in ${where}, unless it is there, and write its id into ${accountFile}`,
          ]
        : []),
    ].join('; '),
    `Make those of the secrets ${secrets.join(', ')} that are missing`,
    `Apply the migrations that are missing, to ${bindings}`,
    `Deploy the Worker ${name} as ${stage}`,
    ...(tenant ? [`Create the tenant "${tenant.slug}" and an admin's key, unless they are there`] : []),
    `Ask ${url ? readyAt(url) : '/readyz'} until it answers 200, for at most ${waitSeconds} s`,
  ]
}
