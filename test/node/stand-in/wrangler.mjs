/**
 * Stands in for wrangler 4.86: answers from an account that it keeps in the JSON file of STAND_IN_ACCOUNT. What it prints was
 * taken from the real one, which test/node/deploy-cloudflare.spec.ts goes through the same steps with.
 */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { parse } from 'smol-toml'

/**
 * @typedef {{ uuid: string, name: string, jurisdiction: string | null, applied: string[], tables: string[] }} Database
 * @typedef {object} Account
 * @property {{ id: string, name: string }[] | null} accounts of the login; null without one
 * @property {Database[]} databases
 * @property {Record<string, Record<string, string>>} workers their secrets
 * @property {string[]} targets what a deployed Worker is reached by
 * @property {Record<string, string>} fails the error of a command
 * @property {string} [hangs] the command that never ends
 * @property {string} [failsAt] the migration that cannot be applied
 * @property {[pattern: string, rows: object[]][]} rows what statements yield
 * @property {[pattern: string, rows: object[]][]} [rowsThen] what they yield once the database is restored
 * @property {string[]} [appliedThen] the migrations that it has then
 * @property {string[]} asked every call
 */

const file = process.env.STAND_IN_ACCOUNT ?? ''
/** @type {Account} */
const account = JSON.parse(readFileSync(file, 'utf8'))
const args = process.argv.slice(2)
const positional = args.slice(0, args.findIndex((arg) => arg.startsWith('-')) >>> 0)
const name = positional.slice(0, /^(migrations|time-travel)$/.test(positional[1] ?? '') ? 3 : 2).join(' ')

/** @param {string} flag */
const option = (flag) => (args.includes(flag) ? (args[args.indexOf(flag) + 1] ?? '') : '')

/** @param {string[]} lines */
const say = (...lines) => process.stdout.write(`${lines.join('\n')}\n`)

/** In one step: another call may be reading at this moment. */
function save() {
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(account))
  renameSync(`${file}.${process.pid}`, file)
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  process.stderr.write(
    `\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[41;31m]\u001b[0m \u001b[1m${message}\u001b[0m\n`,
  )
  process.exit(1)
}

/**
 * The environment that a call is about, in the configuration that it names.
 * @returns {{ name?: string, d1_databases?: { binding: string, database_id: string }[] } | undefined}
 */
function environment() {
  const configuration = option('--config') && parse(readFileSync(option('--config'), 'utf8'))
  // JSON's type is any: TOML's own knows nothing of what wrangler has in it.
  const all = configuration ? JSON.parse(JSON.stringify(configuration)) : undefined
  return option('--env') ? all?.env[option('--env')] : all
}

/** The database that a call is about, by its name or by a binding of the configuration. */
function database() {
  const asked = positional.at(-1)
  const bound = environment()?.d1_databases?.find(({ binding }) => binding === asked)
  const found = account.databases.find(({ uuid, name }) => uuid === bound?.database_id || name === asked)
  return found ?? fail(`Couldn't find DB with name '${asked}'`)
}

/** @param {Database} database */
const lacking = ({ applied }) =>
  readdirSync('migrations')
    .filter((migration) => migration.endsWith('.sql') && !applied.includes(migration))
    .sort()

/** The Worker that a call is about. */
const worker = () => option('--name') || (environment()?.name ?? '')

/** @type {Record<string, () => void>} */
const commands = {
  whoami() {
    say(JSON.stringify(account.accounts ? { loggedIn: true, accounts: account.accounts } : { loggedIn: false }))
    process.exitCode = account.accounts ? 0 : 1
  },
  'd1 list'() {
    say(JSON.stringify(account.databases.map(({ uuid, name, jurisdiction }) => ({ uuid, name, jurisdiction }))))
  },
  'd1 create'() {
    const made = { uuid: randomUUID(), name: positional[2] ?? '', jurisdiction: option('--jurisdiction') || null }
    account.databases.push({ ...made, applied: [], tables: [] })
    say(`✅ Successfully created DB '${made.name}'`)
  },
  'd1 execute'() {
    const { tables } = database()
    const sql = option('--command')
    const results = sql.split(';\n').map((one) => {
      if (one.includes('sqlite_master')) return tables.map((table) => ({ name: table }))
      return account.rows.find(([pattern]) => new RegExp(pattern).test(one))?.[1] ?? []
    })
    say(JSON.stringify(results.map((rows) => ({ results: rows, success: true, meta: { duration: 1 } }))))
  },
  'd1 migrations list'() {
    const left = lacking(database())
    if (left.length === 0) say('✅ No migrations to apply!')
    else say('Migrations to be applied:', ...left.map((migration) => `│ ${migration} │`))
  },
  'd1 migrations apply'() {
    const { applied, tables } = database()
    for (const migration of lacking(database())) {
      if (migration.startsWith(account.failsAt ?? ' ')) {
        save()
        fail('near "grant": syntax error at offset 3: SQLITE_ERROR [code: 7500]')
      }
      applied.push(migration)
      tables.push('tenants')
    }
  },
  'd1 time-travel info'() {
    say(JSON.stringify({ bookmark: `now-of-${database().name}` }))
  },
  'd1 time-travel restore'() {
    account.rows = account.rowsThen ?? account.rows
    database().applied = account.appliedThen ?? database().applied
    say(
      JSON.stringify({ bookmark: option('--bookmark'), previous_bookmark: `before-the-restore-of-${database().name}` }),
    )
  },
  'secret list'() {
    const secrets = account.workers[worker()] ?? fail(`Worker "${worker()}" not found.`)
    say(JSON.stringify(Object.keys(secrets).map((secret) => ({ name: secret, type: 'secret_text' }))))
  },
  'secret bulk'() {
    account.workers[worker()] = { ...account.workers[worker()], ...JSON.parse(readFileSync(0, 'utf8')) }
  },
  deploy() {
    account.workers[worker()] ??= {}
    say(
      `Uploaded ${worker()} (1.00 sec)`,
      `Deployed ${worker()} triggers (0.50 sec)`,
      ...account.targets.map((one) => `  ${one}`),
    )
  },
}

account.asked.push(args.join(' '))
save()
const failure = account.fails[name]
if (account.hangs === name) setInterval(() => undefined, 1000)
else if (failure !== undefined) fail(failure)
else commands[name]?.()
if (account.hangs !== name) save()
