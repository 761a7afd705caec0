import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mintKey } from '../../src/gate/key-format'
import { operatorsOn, rowsOf, run, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const state = join(folder, 'state')
const { operate, answer, refusal } = operatorsOn(state)

const aMoment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const noSuchKey = 'error: There is no such key. "npm run --silent keys -- list --tenant <slug>" shows the ids\n'

/** A key as `keys create` prints it for programs. */
interface Made {
  id: string
  key: string
  prefix: string
  userId: string
}

/** Two tenants with a key each. */
async function arrange(make: typeof answer): Promise<{ sync: Made; other: Made }> {
  for (const slug of ['acme', 'beech'])
    await make('tenants', 'create', '--slug', slug, '--name', slug, '--plan', 'team')
  const create = ['create', '--role', 'manager', '--scopes', 'cases:read']
  return {
    sync: await make('keys', ...create, '--tenant', 'acme', '--name', 'CRM sync', '--limit', '5'),
    other: await make('keys', ...create, '--tenant', 'beech', '--name', 'Website'),
  }
}

let sync: Made

beforeAll(async () => {
  sync = (await arrange(answer)).sync
})

/** A command that is given something on stdin. */
const given = (input: string, ...args: string[]) =>
  run('bash', ['-c', `"$NODE" --import tsx scripts/operator/keys.ts ${args.join(' ')} <<< "$INPUT"`], {
    CASEWORK_STATE: state,
    NODE: process.execPath,
    INPUT: input,
  })

/** What can be read of a command's output. */
const said = ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr

describe('a leaked key', () => {
  const ofSync = () => ({
    ...{ tenant: 'acme', cell: 0, id: sync.id, familyId: sync.id, name: 'CRM sync', prefix: sync.prefix },
    ...{ userEmail: 'manager.service@acme.invalid', role: 'manager', scopes: ['cases:read'], state: 'live' },
    ...{ lastUsedAt: null, limit: 5, windowSeconds: null, allowedAddresses: null },
    ...{ createdAt: aMoment, expiresAt: null, revokedAt: null },
  })

  it('is found in whichever tenant by its own text, amid a line of a log too, its prefix or its id, and never shown', async () => {
    const byText = await given(
      `curl -H "Authorization: Bearer ${sync.key}" https://api.example.com/`,
      'find',
      '-',
      '--json',
    )
    expect(JSON.parse(byText.stdout)).toEqual([ofSync()])
    expect(said(byText)).not.toContain(sync.key)
    expect(await answer('keys', 'find', sync.prefix)).toEqual([ofSync()])
    expect(await answer('keys', 'find', sync.id)).toEqual([ofSync()])
    const cutOff = await operate('keys', 'find', sync.key.slice(0, 40))
    expect(cutOff.stderr).toBe('Not a whole key: looking for its first 11 characters.\n')
    expect(cutOff.stdout).toMatch(/^tenant: {13}acme\ncell: {15}0\nid: {17}\w{26}\n/)
    expect(said(cutOff)).not.toContain(sync.key.slice(0, 12))
  })

  it.each([
    ['that nobody has', () => mintKey(), noSuchKey],
    ['without its beginning', () => sync.key.slice(3), noSuchKey],
    [
      'of which too little is given',
      () => 'sk_cw0_',
      'error: That is too little of a key: its first 11 characters are needed\n',
    ],
    ['of which nothing is given', () => '', 'error: Nothing was given: a key, its prefix or its id\n'],
  ])('%s is not found, and what was given is not shown', async (_, keyOf, line) => {
    for (const act of ['find', 'revoke'])
      expect(await given(keyOf(), act, '-')).toEqual({ code: 1, stdout: '', stderr: line })
  })

  it('is not asked for where nobody could answer', async () => {
    const line = 'error: Provide the key, its prefix or its id, or - to read it from stdin\n'
    expect(await refusal('keys', 'find')).toBe(line)
    expect(await refusal('keys', 'rotate', sync.key)).toBe(noSuchKey)
  })

  it('is revoked by its own text, audited, and found as revoked', async () => {
    const leaked: Made = await answer('keys', 'create', '--tenant', 'beech', '--role', 'admin', '--scopes', 'all')
    const gone = await given(leaked.key, 'revoke', '-', '--json')
    expect(JSON.parse(gone.stdout)).toEqual({
      id: leaked.id,
      familyId: leaked.id,
      revoked: [leaked.id],
      revokedAt: aMoment,
    })
    expect(gone.stderr).toBe(`Found ${leaked.id} of "beech".\n`)
    expect(await answer('keys', 'find', leaked.key)).toMatchObject([{ id: leaked.id, state: 'revoked' }])
    const acts = await rowsOf(state, `select action from audit where target_id = '${leaked.id}' order by id`)
    expect(acts).toEqual([{ action: 'key.create' }, { action: 'key.revoke' }])
  })

  it('whose first characters others share is revoked by its id only', async () => {
    const first: Made = await answer('keys', 'create', '--tenant', 'acme', '--role', 'admin', '--scopes', 'all')
    const second: Made = await answer('keys', 'create', '--tenant', 'beech', '--role', 'admin', '--scopes', 'all')
    await rowsOf(state, `update keys set prefix = '${first.prefix}' where id = '${second.id}'`)
    expect(await refusal('keys', 'revoke', first.prefix)).toBe(
      `error: Several keys begin so: name one by its id: ${second.id} (beech, live), ${first.id} (acme, live)\n`,
    )
  })
})

describe('a key', () => {
  it('is changed in its limit, scopes, name, addresses and end, all of it audited once', async () => {
    const changes = ['--limit', '500', '--window', '30', '--scopes', 'cases:read,wards:read', '--name', 'CRM']
    const more = ['--allow', '203.0.113.0/24', '--expires', '2999-12-24']
    const changed = {
      ...{ id: sync.id, familyId: sync.id, prefix: sync.prefix, name: 'CRM', userId: sync.userId, role: 'manager' },
      ...{ scopes: ['cases:read', 'wards:read'], limit: 500, windowSeconds: 30, lastUsedAt: null, createdAt: aMoment },
      ...{ expiresAt: '2999-12-24T23:59:59.999Z', allowedAddresses: ['203.0.113.0/24'], changed: [sync.id] },
    }
    expect(await answer('keys', 'update', sync.id, ...changes, ...more)).toEqual(changed)
    const back = ['--limit', 'default', '--window', 'default', '--name', '', '--allow-any', '--never-expires']
    expect(await answer('keys', 'update', sync.id, ...back)).toEqual({
      ...changed,
      ...{ name: null, limit: null, windowSeconds: null, expiresAt: null, allowedAddresses: null },
    })
    const acts = await rowsOf(state, `select action, target_id from audit where action = 'key.update'`)
    expect(acts).toEqual([
      { action: 'key.update', target_id: sync.id },
      { action: 'key.update', target_id: sync.id },
    ])
  })

  it('that has ended is not changed, and no change is an error', async () => {
    const gone: Made = await answer('keys', 'create', '--tenant', 'acme', '--role', 'admin', '--scopes', 'all')
    await answer('keys', 'revoke', gone.id)
    expect(await refusal('keys', 'update', gone.id, '--limit', '5')).toBe(
      `error: Key ${gone.id} has been revoked or has expired; create a new one with "create"\n`,
    )
    expect(await refusal('keys', 'update', gone.id)).toBe(
      'error: Provide at least one of --limit, --window, --scopes, --name, --allow, --allow-any, --expires and --never-expires\n',
    )
  })

  it('that is new stands alone on the last line for people', async () => {
    const { stdout } = await operate('keys', 'create', '--tenant', 'acme', '--role', 'admin', '--scopes', 'cases:read')
    expect(stdout).toMatch(
      /^id: +\w{26}\nfamily id: +\w{26}\n(.+\n)+\nThe key, which is not shown again:\nsk_cw0_\w{46}\n$/,
    )
  })
})

describe('a user', () => {
  const person = ['--tenant', 'acme', '--role', 'admin', '--name', 'Jane', '--email']

  it('is disabled and enabled again, audited, but never the last enabled admin who is a person', async () => {
    const { id } = await answer('users', 'create', ...person, 'jane@example.com')
    await answer('keys', 'create', '--tenant', 'acme', '--scopes', 'all', '--user', 'jane@example.com')
    const disable = ['disable', 'JANE@example.com', '--tenant', 'acme']
    expect(await refusal('users', ...disable)).toBe(
      'error: "acme" would have no enabled admin who is a person: enable or promote another one first\n',
    )
    await answer('users', 'create', ...person, 'joe@example.com')
    expect(await answer('users', ...disable)).toMatchObject({ id, enabled: false, liveKeys: 1, version: 2 })
    const again = await operate('users', ...disable)
    expect([again.code, again.stderr]).toEqual([0, 'Already disabled.\n'])
    expect(await answer('users', 'enable', 'jane@example.com', '--tenant', 'acme')).toMatchObject({
      ...{ id, enabled: true, liveKeys: 1, version: 3 },
    })
    const acts = await rowsOf(state, `select action from audit where target_id = '${id}' order by id`)
    expect(acts).toEqual([{ action: 'user.create' }, { action: 'user.update' }, { action: 'user.update' }])
    expect(await refusal('users', 'disable', 'nobody@example.com', '--tenant', 'acme')).toMatch(
      /^error: User nobody@example\.com does not exist in "acme"/,
    )
  })
})

describe('a tenant', () => {
  it('is closed, given an end and opened again, and no key is made for it meanwhile', async () => {
    const { id } = await answer('tenants', 'create', '--slug', 'cedar', '--name', 'Cedar', '--plan', 'pro')
    const closed = { id, slug: 'cedar', cell: 0, closedAt: aMoment, eraseAfter: null }
    expect(await answer('tenants', 'close', 'cedar')).toEqual(closed)
    expect(await answer('tenants', 'close', 'cedar', '--erase-after', '2999-01-31')).toEqual({
      ...closed,
      eraseAfter: '2999-01-31T23:59:59.999Z',
    })
    const inDays = await answer('tenants', 'close', 'cedar', '--erase-after', '90')
    const days = (Date.parse(inDays.eraseAfter) - Date.now()) / 86_400_000
    expect([days > 89.9, days <= 90]).toEqual([true, true])
    expect(await answer('tenants', 'close', 'cedar', '--erase-after', 'never')).toEqual(closed)
    expect(await refusal('keys', 'create', '--tenant', 'cedar', '--role', 'admin', '--scopes', 'all')).toBe(
      'error: "cedar" is closed: "npm run --silent tenants -- open cedar" opens it\n',
    )
    expect(await answer('tenants', 'open', 'cedar')).toEqual({ ...closed, closedAt: null })
    expect(await refusal('tenants', 'open', 'cedar')).toBe('error: "cedar" is open\n')
    const acts = await rowsOf(state, `select action from audit where tenant_id = '${id}' order by id`)
    const actions = acts.map(({ action }: { action: string }) => action)
    expect(actions).toEqual(['tenant.create', ...Array(4).fill('tenant.close'), 'tenant.open'])
  })

  it('whose data are due to be erased has no way back', async () => {
    await answer('tenants', 'create', '--slug', 'gone', '--name', 'Gone', '--plan', 'pro')
    await answer('tenants', 'close', 'gone', '--erase-after', '1')
    await rowsOf(state, `update tenants set erase_after = 1767225600000 where slug = 'gone'`)
    const line = 'error: The data of "gone" have been due to be erased since 2026-01-01T00:00:00.000Z\n'
    expect(await refusal('tenants', 'open', 'gone')).toBe(line)
    expect(await refusal('tenants', 'close', 'gone', '--erase-after', 'never')).toBe(line)
  })
})

describe('the whole', () => {
  // Of its own, so that nothing else is counted.
  const state = join(folder, 'whole')
  const { operate, answer } = operatorsOn(state)
  let keys: { sync: Made; other: Made }
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
  const counted = (ago: number, n: number) => day(ago).replaceAll('-', '') + String(n).padStart(9, '0')

  beforeAll(async () => {
    keys = await arrange(answer)
    const window = (id: string, days: string, total: number) =>
      `insert into windows (id, quota, window_ms, hits, mark, total, days) values ('${id}', 5, 60000, '1767225600000', '', ${total}, '${days}')`
    const webhook = (id: string, columns: string) =>
      `insert into webhook_endpoints (id, tenant_id, url, own_host, events, payload, secret, cursor, created_at, updated_at, enabled, disabled_reason, failing_since, last_status)
       select '${id}', id, 'https://crm.example.com/${id}', 'gateway.example', 'case_created', 'thin', 's', 0, 1, 1, ${columns} from tenants where slug = 'acme'`
    const change = (sequence: number) =>
      `insert into changes (tenant_id, sequence, id, event, at, target_type, target_id)
       select id, ${sequence}, 'chg_${sequence}', 'case_created', 1, 'case', 'c' from tenants where slug = 'acme'`
    const run = { at: '2026-03-01T03:17:00.000Z', cases: 2, done: true }
    const kept = (name: string, position: object) =>
      `insert into job_progress values ('${name}', '${JSON.stringify(position)}')`
    await rowsOf(
      state,
      [
        window(keys.sync.id, counted(40, 7) + counted(2, 10) + counted(0, 3), 20),
        window(keys.other.id, counted(1, 400) + counted(0, 90), 490),
        webhook('failing', `1, null, 1767225600000, 500`),
        webhook('off', `0, 'gone', null, 410`),
        webhook('paused', `0, 'manual', null, 200`),
        webhook('fine', `1, null, null, 200`),
        ...[change(1), change(2)],
        ...[kept('last retention', run), kept('last sweep', { ...run, done: false })],
        `insert into tenants (id, slug, name, plan, created_at, closed_at, erase_after) values ('g', 'gone', 'Gone', 'pro', 1, 1, 1767225600000)`,
        kept('counters', { tenantId: 't', kind: 'ward', after: '' }),
      ].join(';'),
    )
  })

  it('has its use by key and day, busiest first, over all tenants', async () => {
    const lastUsedAt = '2026-01-01T00:00:00.000Z'
    const days = (...requests: number[]) =>
      requests.map((n, i) => ({ date: day(requests.length - 1 - i), requests: n }))
    const website = {
      ...{
        tenant: 'beech',
        id: keys.other.id,
        name: 'Website',
        prefix: keys.other.prefix,
        role: 'manager',
        lastUsedAt,
        cell: 0,
      },
      ...{ requests: 490, days: days(0, 400, 90), total: 490 },
    }
    expect(await answer('usage', '--since', '3d')).toEqual([
      website,
      {
        ...{
          tenant: 'acme',
          id: keys.sync.id,
          name: 'CRM sync',
          prefix: keys.sync.prefix,
          role: 'manager',
          lastUsedAt,
          cell: 0,
        },
        ...{ requests: 13, days: days(10, 0, 3), total: 20 },
      },
    ])
    expect(await answer('usage', '--since', '3d', '--tenant', 'beech')).toEqual([website])
    const { stdout } = await operate('usage', '--since', '2d')
    expect(stdout.replaceAll(/ +/g, ' ')).toBe(
      [
        `tenant name prefix id ${day(1).slice(5)} ${day(0).slice(5)} requests`,
        `beech Website ${keys.other.prefix} ${keys.other.id} 400 90 490`,
        `acme CRM sync ${keys.sync.prefix} ${keys.sync.id} 0 3 3`,
        'all 400 93 493',
        '',
      ].join('\n'),
    )
    const { stdout: help } = await operate('usage', '--help')
    expect(help).toContain('Refused requests are not here: refusing writes no row.')
  })

  it('has a status: cells, keys, webhooks in trouble and the daily jobs', async () => {
    const status = await answer('status')
    const at = '2026-03-01T03:17:00.000Z'
    expect(status).toEqual({
      cells: [
        {
          ...{ cell: 0, binding: 'DB', bytes: expect.any(Number), openTenants: 2, closedTenants: 1 },
          liveKeys: 2,
          jobs: [
            { job: 'retention', at, done: true, left: null },
            { job: 'sweep', at, done: false, left: 'time ran out: the rest is for the next run' },
            { job: 'counters', at, done: false, left: 'goes on at {"tenantId":"t","kind":"ward","after":""}' },
          ],
        },
      ],
      closed: [{ slug: 'gone', closedAt: '1970-01-01T00:00:00.001Z', eraseAfter: '2026-01-01T00:00:00.000Z' }],
      busiest: [
        ...[{ tenant: 'beech', id: keys.other.id, name: 'Website', prefix: keys.other.prefix, requests: 90 }],
        ...[{ tenant: 'acme', id: keys.sync.id, name: 'CRM sync', prefix: keys.sync.prefix, requests: 3 }],
      ].map((one) => ({ ...one, lastUsedAt: '2026-01-01T00:00:00.000Z' })),
      webhooks: [
        { id: 'off', enabled: false, disabledReason: 'gone', failingSince: null, lastStatus: 410 },
        {
          id: 'failing',
          enabled: true,
          disabledReason: null,
          failingSince: '2026-01-01T00:00:00.000Z',
          lastStatus: 500,
        },
      ].map((one) => ({
        ...{ tenant: 'acme', host: 'crm.example.com', nextAttemptAt: null, pending: 2 },
        ...one,
      })),
    })
    const { stdout } = await operate('status')
    expect(stdout).toMatch(/^Cells\ncell {2}binding {2}open tenants .*\n +0 {2}DB .* MB\n\nClosed tenants\nslug /)
    expect(stdout).toContain('\n\nWebhooks in trouble\ntenant  id       enabled')
  })
})

describe('a slip of the keyboard', () => {
  it.each([
    ['tenants', ['create', '--slag', 'acme'], "error: unknown option '--slag'\n(Did you mean --slug?)\n"],
    [
      'tenants',
      ['create'],
      "error: required options '--slug <slug>', '--name <name>', '--plan <plan>' not specified\n",
    ],
    [
      'usage',
      ['--since', '31d'],
      "error: option '--since <days>' argument '31d' is invalid. It must be 1d to 30d: 30 days are kept.\n",
    ],
    [
      'tenants',
      ['list', '--persist-to', join(folder, 'nowhere')],
      `error: option '--persist-to <folder>' argument '${join(folder, 'nowhere')}' is invalid. There is no local database in it. "CASEWORK_STATE=${join(folder, 'nowhere')} npm run migrate" makes one.\n`,
    ],
  ])('in %s %j is told', async (name, args, line) => {
    expect(await refusal(name, ...args)).toBe(line)
    expect(existsSync(join(folder, 'nowhere'))).toBe(false)
  })

  it('or no login at all says what to do where there is no terminal', async () => {
    const nobody = operatorsOn(state, { HOME: folder, XDG_CONFIG_HOME: folder, CLOUDFLARE_API_TOKEN: '' })
    expect(await nobody.refusal('tenants', 'list', '--remote', '--config', 'wrangler.toml')).toBe(
      'error: Not logged in to Cloudflare: set CLOUDFLARE_API_TOKEN, or run "npx wrangler login" in a terminal\n',
    )
  })
})
