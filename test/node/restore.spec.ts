import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { root } from './command'
import { standInProject } from './stand-in/account'

const { folder, given, now, account, operate, remove } = standInProject()
afterAll(remove)

const applied = readdirSync(`${root}migrations`).filter((file) => file.endsWith('.sql'))
const database = { uuid: '11111111-0000', name: 'casework', jurisdiction: 'eu', applied, tables: ['tenants'] }
const second = { ...database, uuid: '22222222-0000', name: 'casework-1' }

beforeEach(async () => {
  given({ databases: [database, second] })
  await operate('cell-commands', 'find', '--env', 'production')
})

const asked = () => account().asked.map((call) => call.replaceAll(` --config ${folder}/wrangler.account.toml`, ''))

const key = (keyId: string, live: number) => ({
  keyId,
  familyId: keyId,
  tenant: 'acme',
  prefix: `sk_cw0_${keyId}`,
  live,
})
const keyRows = (...keys: object[]): [string, object[]] => ['^select "keys"', keys]
const tenantRows: [string, object[]] = ['^select "slug" from "tenants"', [{ slug: 'acme' }, { slug: 'borough' }]]
const erased = { entryId: 'E1', tenant: 'acme', action: 'case.erase', targetId: 'C1' }
const erasures: [string, object[]] = ["'case.erase'", [erased]]
const changes: [string, object[]] = ['group by', [{ tenant: 'acme', action: 'case.create', entries: 12 }]]

it('A backup is a line per cell, printed and kept', async () => {
  const { code, stdout, stderr } = await operate('backup', '--env', 'production', '--out', 'kept.jsonl')
  const lines = stdout.trim().split('\n')
  expect({ code, stderr, lines: lines.map((line) => JSON.parse(line)) }).toEqual({
    code: 0,
    stderr: `Added to ${folder}/kept.jsonl. D1 goes back to them for 30 days, 7 on Cloudflare's free plan.\n`,
    lines: [
      { at: expect.any(String), env: 'production', cell: 0, bookmark: 'now-of-casework' },
      { at: expect.any(String), env: 'production', cell: 1, bookmark: 'now-of-casework-1' },
    ],
  })
  expect(readFileSync(join(folder, 'kept.jsonl'), 'utf8')).toBe(stdout)
})

it('A restore says what is lost, and afterwards which keys are live again, gone, and which erasures are undone', async () => {
  now({
    rows: [keyRows(key('KEPT', 1), key('LEAKED', 0), key('NEW', 1)), erasures, changes, tenantRows],
    rowsThen: [keyRows(key('KEPT', 1), key('LEAKED', 1)), tenantRows],
  })
  const at = '2026-03-01T09:00:00.000Z'
  const { code, stdout, stderr } = await operate('restore', '--env', 'production', '--cell', '0', '--at', at, '--yes')
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: `DB of production goes back to ${at} (now-of-casework), with every tenant: acme, borough.
Everything written since is lost, and requests that run meanwhile fail.
Changes since then, as the audit has them:
tenant  change       number
acme    case.create      12
DB of production is restored. To undo it: npm run restore -- --env production --cell 0 --bookmark before-the-restore-of-casework
What to do now:
- These keys were dead, by revocation, rotation or a disabled user, and open the API again. Revoke each:
  npm run keys -- revoke ID --env production
tenant  key     prefix
acme    LEAKED  sk_cw0_LEAKED
- These keys were made since, and are gone: their holders need new ones.
tenant  key  prefix
acme    NEW  sk_cw0_NEW
- These residents’ records were erased since, and are back. Erase them again: docs/data-protection.md.
tenant  erased      record
acme    case.erase  C1
- Disabled users and changed settings are as they were then; the daily job anonymises again what was due.
- The log of changes went back, and its numbers are given out again: whoever keeps a copy must begin anew.
`,
  })
  expect(asked().filter((call) => !call.startsWith('d1 execute'))).toEqual([
    `d1 time-travel info DB --json --timestamp ${at} --env production`,
    'd1 time-travel restore DB --json --bookmark now-of-casework --env production',
    'd1 migrations list DB --remote --env production',
  ])
})

it('Migrations that a restore took away are applied again before anything is read', async () => {
  now({ rows: [keyRows(), tenantRows], appliedThen: applied.slice(0, -1) })
  const { code, stderr } = await operate('restore', '--env', 'production', '--cell', '1', '--bookmark', 'b1', '--yes')
  expect({ code, applied: account().databases[1]?.applied }).toEqual({ code: 0, applied })
  expect(stderr).toContain(
    `\nIt lacks ${applied.at(-1)}. Applying …\nWhat to do now:\n- No key that was dead is live again.\n`,
  )
})

it.each([
  ['no cell to choose from two', ['--bookmark', 'b'], 'error: Which cell? Provide --cell, one of 0, 1\n'],
  ['nothing to go back to', ['--cell', '0'], 'error: Provide either --bookmark or --at\n'],
  ['a time to come', ['--cell', '0', '--at', '2999-01-01T00:00:00Z'], /It must be in the past\.\n$/],
  ['both', ['--bookmark', 'b', '--at', '2026-03-01T09:00:00Z'], /cannot be used with option '--at <time>'\n$/],
  [
    'no terminal to agree on',
    ['--cell', '0', '--bookmark', 'b'],
    /\nerror: Nothing was done: without a terminal to ask on, give --yes\n$/,
  ],
])('Nothing is restored with %s', async (_, options, said) => {
  now({ rows: [keyRows(), tenantRows] })
  const { code, stderr } = await operate('restore', '--env', 'production', ...options)
  expect(code).toBe(1)
  if (typeof said === 'string') expect(stderr).toBe(said)
  else expect(stderr).toMatch(said)
  expect(asked().filter((call) => call.includes('time-travel restore'))).toEqual([])
})

it('A restore whose outcome cannot be read says so, with the way back and the keys that were dead', async () => {
  now({ rows: [keyRows(key('LEAKED', 0)), tenantRows], fails: { 'd1 migrations list': 'fetch failed' } })
  const { code, stderr } = await operate('restore', '--env', 'production', '--cell', '0', '--bookmark', 'b0', '--yes')
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /\nDB of production is restored\. To undo it: npm run restore .* --bookmark before-the-restore-of-casework\nerror: The migrations of DB could not be listed: fetch failed\nThe database is restored, but what must be done after is not known: these keys were dead before it: LEAKED\n$/,
  )
})
