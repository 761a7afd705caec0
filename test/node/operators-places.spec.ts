import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { cellOfKey } from '../../src/gate/key-format'
import { cloudflare, rowsFound } from './cloudflare'
import { operatorsOn, root, rowsOf, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const state = join(folder, 'state')

describe('cells', () => {
  const config = join(folder, 'two-cells.toml')
  const block = (binding: string, id: number) =>
    `[[d1_databases]]\nbinding = "${binding}"\ndatabase_name = "c${id}"\ndatabase_id = "00000000-0000-0000-0000-00000000000${id}"\nmigrations_dir = "${root}migrations"\n`
  const at = ['--config', config]
  const { operate, answer } = operatorsOn(join(folder, 'two-cells'))

  it('keep a tenant and its keys in one database, found by looking through all', async () => {
    writeFileSync(config, `name = "two-cells"\n${block('DB', 0)}${block('DB_1', 1)}`)
    const made = await operate(
      'tenants',
      'create',
      '--slug',
      'far',
      '--name',
      'Far',
      '--plan',
      'pro',
      '--cell',
      '1',
      '--json',
      ...at,
    )
    expect(JSON.parse(made.stdout)).toMatchObject({ slug: 'far', cell: 1 })
    expect(made.stderr).toBe('Add "far": 1 to the variable TENANT_CELLS, so that public pages find it.\n')

    const key = await answer('keys', 'create', '--tenant', 'far', '--role', 'admin', '--scopes', 'all', ...at)
    expect([cellOfKey(key.key), key.prefix.startsWith('sk_cw1_')]).toEqual([1, true])
    expect(await answer('keys', 'find', key.key, ...at)).toMatchObject([{ id: key.id, tenant: 'far', cell: 1 }])
    const there = await rowsOf(join(folder, 'two-cells'), 'select count(*) as n from keys', 'DB_1', config)
    expect(there).toEqual([{ n: 1 }])
  })
})

describe('production', () => {
  it('is reached by --remote, through the database’s HTTP interface', async () => {
    const row = {
      ...{ id: '01', slug: 'live', name: 'Live', plan: 'pro', council_code: null },
      ...{ contact_email: 'office@example.com', contact_phone: null },
      ...{ anonymise_after_months: 12, controller: null, dpo_contact: null, privacy_url: null },
      ...{ reply_within: null, website: null, disclosures: 'off', closed_at: 1767225600000, erase_after: null },
      created_at: 1767225600000,
    }
    const { asked, env, close } = await cloudflare(() => rowsFound([row]))
    const remote = operatorsOn(state, env)
    try {
      expect(await remote.answer('tenants', 'list', '--remote', '--config', 'wrangler.toml')).toEqual([
        {
          id: '01',
          slug: 'live',
          name: 'Live',
          plan: 'pro',
          councilCode: null,
          contactEmail: 'office@example.com',
          contactPhone: null,
          anonymiseAfterMonths: 12,
          controller: null,
          dpoContact: null,
          privacyUrl: null,
          replyWithin: null,
          website: null,
          disclosures: 'off',
          closedAt: '2026-01-01T00:00:00.000Z',
          eraseAfter: null,
          createdAt: '2026-01-01T00:00:00.000Z',
          cell: 0,
        },
      ])
    } finally {
      close()
    }
    const sql =
      'select "id", "slug", "name", "plan", "council_code", "contact_email", "contact_phone", ' +
      '"anonymise_after_months", "controller", "dpo_contact", "privacy_url", "reply_within", "website", "disclosures", "closed_at", "erase_after", "created_at" ' +
      'from "tenants" order by "tenants"."slug"'
    expect(asked).toEqual([
      { method: 'POST', path: '/d1/database/00000000-0000-0000-0000-000000000000/query', body: { sql } },
    ])
  })
})
