import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run, start } from '../command'
import { copyOfProject } from '../project'

/** A D1 database of the account. */
export interface StoredDatabase {
  uuid: string
  name: string
  jurisdiction: string | null
  applied: string[]
  tables: string[]
}

/** What the stand-in for wrangler keeps: an account, and how it is to answer. */
export interface StoredAccount {
  accounts: { id: string; name: string }[] | null
  databases: StoredDatabase[]
  /** Secrets of each Worker. */
  workers: Record<string, Record<string, string>>
  /** What wrangler names a deployed Worker's targets. */
  targets: string[]
  /** The error of a command. */
  fails: Record<string, string>
  /** A command that never ends. */
  hangs?: string
  /** Number of the migration that cannot be applied. */
  failsAt?: string
  /** Rows that statements yield, by a pattern of their SQL. */
  rows: [pattern: string, rows: object[]][]
  /** Rows that they yield, and migrations that there are, once a database is restored. */
  rowsThen?: [pattern: string, rows: object[]][]
  appliedThen?: string[]
  asked: string[]
}

const empty: StoredAccount = {
  accounts: [{ id: 'acc0', name: 'Example Council' }],
  databases: [],
  workers: {},
  targets: [],
  fails: {},
  rows: [],
  asked: [],
}

/** The project in a folder of its own, where wrangler is a stand-in with an account of its own. */
export function standInProject() {
  const { folder, modules, remove } = copyOfProject()
  const file = join(folder, 'account.json')
  const recorded = join(folder, 'wrangler.account.toml')
  rmSync(join(modules, 'wrangler'))
  mkdirSync(join(modules, 'wrangler/bin'), { recursive: true })
  writeFileSync(join(modules, 'wrangler/package.json'), '{"type":"module"}')
  copyFileSync(join(root, 'test/node/stand-in/wrangler.mjs'), join(modules, 'wrangler/bin/wrangler.js'))
  const env = { STAND_IN_ACCOUNT: file, CLOUDFLARE_ACCOUNT_ID: undefined, CLOUDFLARE_API_TOKEN: undefined }
  const argsOf = (command: string, args: string[]) => ['--import', 'tsx', `scripts/operator/${command}.ts`, ...args]

  /** The account from here on, and nothing recorded of an earlier deployment. */
  function given(account: Partial<StoredAccount> = {}): void {
    rmSync(recorded, { force: true })
    writeFileSync(file, JSON.stringify({ ...empty, ...account }))
  }

  /** Changes the account, and forgets what was asked of it. */
  function now(changes: Partial<StoredAccount>): void {
    writeFileSync(file, JSON.stringify({ ...account(), asked: [], ...changes }))
  }

  const account = (): StoredAccount => JSON.parse(readFileSync(file, 'utf8'))
  const operate = (command: string, ...args: string[]) => run(process.execPath, argsOf(command, args), env, folder)
  const begin = (command: string, ...args: string[]) => start(process.execPath, argsOf(command, args), env, folder)
  /** What the deployment has written down, or undefined. */
  const record = () => (existsSync(recorded) ? readFileSync(recorded, 'utf8') : undefined)
  return { folder, given, now, account, operate, begin, record, remove }
}
