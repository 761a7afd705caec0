import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scopes } from '../../src/domain/vocabulary'
import { cellOfKey, hashKey } from '../../src/gate/key-format'
import { operatorsOn, rowsOf, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const state = join(folder, 'state')
const { operate, answer, refusal } = operatorsOn(state)

const anId = expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/)
const aMoment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

const categories = [
  'Roads and pavements',
  'Housing',
  'Waste and recycling',
  'Planning',
  'Council tax and benefits',
  'Adult social care',
  'Children and schools',
  'Parks and open spaces',
  'Street lighting',
  'Parking',
  'Anti-social behaviour',
  'Other',
]

// Words and signs that wrangler's own reading of SQL might stumble over.
const oddName = `O'Brien; -- "Council" \`$x$\` /* BEGIN TRANSACTION; CASE COMMIT; */ Ynys Môn`

const acme = {
  id: anId,
  slug: 'acme',
  name: oddName,
  plan: 'council',
  councilCode: 'E06000052',
  contactEmail: null,
  contactPhone: null,
  anonymiseAfterMonths: 12,
  controller: null,
  dpoContact: null,
  privacyUrl: null,
  replyWithin: null,
  website: null,
  disclosures: null,
  closedAt: null,
  eraseAfter: null,
  createdAt: aMoment,
  cell: 0,
}

// The first command finds no database: it migrates one.
beforeAll(async () => {
  const made = await answer(
    ...['tenants', 'create', '--slug', 'acme', '--name', oddName],
    ...['--plan', 'council', '--council-code', 'E06000052'],
  )
  expect(made).toEqual({ ...acme, categories: categories.map((name) => ({ id: anId, name })) })
})

describe('tenants', () => {
  it('are listed with their cell, and every character of their name', async () => {
    expect(await answer('tenants', 'list')).toEqual([acme])
  })

  it('have a slug of their own', async () => {
    const taken = 'error: Tenant "acme" already exists\n'
    expect(await refusal('tenants', 'create', '--slug', 'acme', '--name', 'Acme', '--plan', 'pro')).toBe(taken)
  })

  it('change their plan, also by several commands at once on one database', async () => {
    const changed = await Promise.all(
      ['free', 'pro', 'team'].map((plan) => answer('tenants', 'set-plan', '--slug', 'acme', '--plan', plan)),
    )
    expect(changed).toEqual(['free', 'pro', 'team'].map((plan) => ({ ...acme, plan })))
    expect(await refusal('tenants', 'set-plan', '--slug', 'acne', '--plan', 'team')).toBe(
      'error: Tenant "acne" does not exist: "npm run --silent tenants -- list" lists all tenants\n',
    )
  })

  it('change their name, council and contact details, of which an empty text clears all but the name', async () => {
    const update = ['update', '--slug', 'contact']
    const contact = ['--contact-email', 'office@example.com', '--contact-phone', '01632 960001']
    const made = await answer(
      ...['tenants', 'create', '--slug', 'contact', '--name', 'C', '--plan', 'pro', '--cell', '0', ...contact],
    )
    const { categories: _, ...tenant } = made
    expect(tenant).toEqual({
      ...acme,
      slug: 'contact',
      name: 'C',
      plan: 'pro',
      councilCode: null,
      contactEmail: 'office@example.com',
      contactPhone: '01632 960001',
    })
    const named = { ...tenant, name: oddName, councilCode: 'E06000026' }
    expect(await answer('tenants', ...update, '--name', oddName, '--council-code', 'E06000026')).toEqual(named)
    const cleared = ['--council-code', '', '--contact-email', '', '--contact-phone', '']
    expect(await answer('tenants', ...update, ...cleared)).toEqual({
      ...named,
      councilCode: null,
      contactEmail: null,
      contactPhone: null,
    })
    const acts = await rowsOf(state, `select action from audit where target_id = '${tenant.id}' order by id`)
    expect(acts.map(({ action }: { action: string }) => action)).toEqual([
      'tenant.create',
      'tenant.update',
      'tenant.update',
    ])
    expect(await refusal('tenants', 'update', '--slug', 'acne', '--name', 'A')).toBe(
      'error: Tenant "acne" does not exist: "npm run --silent tenants -- list" lists all tenants\n',
    )
  })

  it('say on their pages who is responsible, how long data is kept and when to expect a reply', async () => {
    const said = [
      ...['--controller', 'Acme Council', '--dpo-contact', 'dpo@example.com', '--reply-within', '5'],
      ...['--privacy-url', 'https://Example.com/privacy', '--website', 'http://example.com', '--anonymise-after', '24'],
    ]
    const { categories: _, ...made } = await answer(
      ...['tenants', 'create', '--slug', 'told', '--name', 'T', '--plan', 'pro', ...said],
    )
    const told = {
      ...{ ...acme, slug: 'told', name: 'T', plan: 'pro', councilCode: null },
      controller: 'Acme Council',
      dpoContact: 'dpo@example.com',
      replyWithin: '5 days',
      privacyUrl: 'https://example.com/privacy',
      website: 'http://example.com/',
      anonymiseAfterMonths: 24,
    }
    expect(made).toEqual(told)
    const update = ['update', '--slug', 'told']
    expect(await answer('tenants', ...update, '--reply-within', '10 working days', '--anonymise-after', '1')).toEqual({
      ...told,
      replyWithin: '10 working days',
      anonymiseAfterMonths: 1,
    })
    const cleared = ['--controller', '--dpo-contact', '--privacy-url', '--reply-within', '--website']
    expect(await answer('tenants', ...update, ...cleared.flatMap((name) => [name, '']))).toEqual({
      ...told,
      ...{ controller: null, dpoContact: null, privacyUrl: null, replyWithin: null, website: null },
      anonymiseAfterMonths: 1,
    })
  })

  it('have it recorded who is given residents’ data, or not, whatever their plan', async () => {
    const { categories: _, ...made } = await answer(
      ...['tenants', 'create', '--slug', 'logged', '--name', 'L', '--plan', 'pro', '--disclosures', 'on'],
    )
    const logged = { ...acme, slug: 'logged', name: 'L', plan: 'pro', councilCode: null }
    expect(made).toEqual({ ...logged, disclosures: 'on' })
    const update = ['update', '--slug', 'logged', '--disclosures']
    expect(await answer('tenants', ...update, 'off')).toEqual({ ...logged, disclosures: 'off' })
    expect(await answer('tenants', ...update, 'default')).toEqual({ ...logged, disclosures: null })
  })

  it('live in a cell that is bound', async () => {
    expect(await refusal('tenants', 'create', '--slug', 'b', '--name', 'B', '--plan', 'pro', '--cell', '7')).toBe(
      'error: No database is bound for cell 7: add a [[d1_databases]] block with binding "DB_7"\n',
    )
  })
})

describe('users', () => {
  const jane = {
    id: anId,
    name: 'Jane Doe',
    email: 'Jane@example.com',
    role: 'manager',
    enabled: true,
    createdAt: aMoment,
    planOverride: null,
    planOverrideExpiresAt: null,
    planOverrideReason: null,
    version: 1,
    updatedAt: aMoment,
  }
  const create = ['create', '--tenant', 'acme', '--name', 'Jane Doe', '--role', 'manager', '--email']

  it('are made once per address, ignoring case, listed, and lifted above the plan of their tenant for a while', async () => {
    const hers = ['set-plan-override', '--tenant', 'acme', '--email', 'jane@example.com']
    const expires = ['--expires', '2030-01-01T01:00:00+01:00']
    expect(await answer('users', ...create, 'Jane@example.com')).toEqual(jane)
    expect(await answer('users', ...hers, '--plan', 'council', ...expires, '--reason', "It's a pilot")).toEqual({
      ...jane,
      planOverride: 'council',
      planOverrideExpiresAt: '2030-01-01T00:00:00.000Z',
      planOverrideReason: "It's a pilot",
      version: 2,
    })
    const cleared = { ...jane, version: 3 }
    expect(await answer('users', ...hers, '--clear')).toEqual(cleared)
    expect(await answer('users', 'list', '--tenant', 'acme')).toContainEqual(cleared)
    expect(await refusal('users', ...create, 'jane@EXAMPLE.com')).toBe(
      'error: User jane@EXAMPLE.com already exists in "acme"\n',
    )
  })

  it('are in the log of changes when they are councillors', async () => {
    const person = ['create', '--tenant', 'acme', '--name', 'Sam', '--email', 'sam@example.com', '--role', 'councillor']
    const { id } = await answer('users', ...person)
    expect(await rowsOf(state, 'select sequence, event, target_type, target_id from changes')).toEqual([
      { sequence: 1, event: 'councillor_profile_updated', target_type: 'user', target_id: id },
    ])
  })

  it('are not lifted if they do not exist', async () => {
    const nobody = ['--tenant', 'acme', '--email', 'nobody@example.com', '--plan', 'pro']
    expect(await refusal('users', 'set-plan-override', ...nobody)).toBe(
      'error: User nobody@example.com does not exist in "acme": "npm run --silent users -- list --tenant acme" lists all users\n',
    )
  })
})

describe('keys', () => {
  const create = ['create', '--tenant', 'acme', '--scopes']

  it('of a role belong to one service user, are shown once, and are known by their hash', async () => {
    const made = await answer('keys', ...create, 'cases:write,cases:read', '--role', 'councillor', '--name', 'Sync')
    const { key, ...shown } = made
    expect(shown).toEqual({
      id: anId,
      familyId: shown.id,
      prefix: key.slice(0, 11),
      userId: anId,
      name: 'Sync',
      scopes: ['cases:read', 'cases:write'],
      limit: null,
      windowSeconds: null,
      expiresAt: null,
      allowedAddresses: null,
      role: 'councillor',
      createdAt: aMoment,
    })
    expect(cellOfKey(key)).toBe(0)

    const listed = await operate('keys', 'list', '--tenant', 'acme', '--json')
    expect(JSON.parse(listed.stdout)).toContainEqual({ ...shown, revokedAt: null, lastUsedAt: null })
    expect(listed.stdout).not.toContain(key)
    expect(listed.stdout).not.toContain(await hashKey(key))

    const [{ email, hash }] = await rowsOf(
      state,
      `select email, hash from keys join users on users.id = user_id where keys.id = '${made.id}'`,
    )
    expect([email, hash]).toEqual(['councillor.service@acme.invalid', await hashKey(key)])
  })

  it('are for certain addresses only, where --allow names them', async () => {
    const allow = ['--allow', '203.0.113.0/24', '--allow', '2001:DB8::/32', '--allow', '203.0.113.0/24']
    const allowedAddresses = ['203.0.113.0/24', '2001:db8::/32']
    const made = await answer('keys', ...create, 'cases:read', '--role', 'manager', ...allow)
    expect(made).toMatchObject({ allowedAddresses })
    const successor = await answer('keys', 'rotate', made.id)
    expect(successor).toMatchObject({ familyId: made.id, allowedAddresses })
    const listed = JSON.parse((await operate('keys', 'list', '--tenant', 'acme', '--json')).stdout)
    expect(listed).toContainEqual(expect.objectContaining({ id: successor.id, allowedAddresses }))
    const trees = await rowsOf(state, `select allowed_tree from keys where family_id = '${made.id}'`)
    expect(trees).toEqual([{ allowed_tree: expect.stringMatching(/^\{"4":.*"6":/) }, trees[0]])
  })

  it('are rotated within their family, never lengthening a life, and revoked as a family', async () => {
    const soon = new Date(Date.now() + 600_000).toISOString()
    const own = ['--role', 'councillor', '--limit', '5', '--window', '2', '--expires', soon]
    const first = await answer('keys', ...create, 'all', ...own)
    expect(first).toMatchObject({ scopes: [...scopes], limit: 5, windowSeconds: 2, expiresAt: soon })

    const second = await answer('keys', 'rotate', first.id, '--grace', '3600')
    const { id, key, prefix, createdAt, rotatedFrom, ...inherited } = second
    expect({ ...first, ...inherited, revokedAt: undefined, lastUsedAt: undefined }).toEqual(first)
    expect([key === first.key, prefix]).toEqual([false, key.slice(0, 11)])
    expect(rotatedFrom).toEqual({ id: first.id, expiresAt: soon })

    // By the id of the old one: what is replaced is the family's newest all the same.
    const third = await answer('keys', 'rotate', first.id, '--grace', '60')
    expect(third.rotatedFrom.id).toBe(id)
    const graceMs = Date.parse(third.rotatedFrom.expiresAt) - Date.parse(third.createdAt)
    expect(graceMs).toBeGreaterThanOrEqual(60_000)
    expect(graceMs).toBeLessThan(120_000)
    const ends = await rowsOf(state, `select distinct expires_at from keys where id in ('${first.id}', '${id}')`)
    expect(ends).toEqual([{ expires_at: Date.parse(third.rotatedFrom.expiresAt) }])

    const gone = await answer('keys', 'revoke', first.id)
    expect(gone).toEqual({ id: first.id, familyId: first.id, revoked: expect.any(Array), revokedAt: aMoment })
    expect(gone.revoked.toSorted()).toEqual([first.id, id, third.id].toSorted())

    const family = `'${first.id}', '${id}', '${third.id}'`
    const acts = await rowsOf(
      state,
      `select action, target_id, key_id, user_id, target_type, request_id from audit where target_id in (${family}) order by id`,
    )
    const by = { key_id: null, user_id: null, target_type: 'key', request_id: null }
    expect(acts).toEqual([
      { action: 'key.create', target_id: first.id, ...by },
      { action: 'key.rotate', target_id: first.id, ...by },
      { action: 'key.create', target_id: id, ...by },
      { action: 'key.rotate', target_id: id, ...by },
      { action: 'key.create', target_id: third.id, ...by },
      { action: 'key.revoke', target_id: first.id, ...by },
    ])
  })

  it('that are revoked or past their end have no successor, and a second revocation changes nothing', async () => {
    const gone = await answer('keys', ...create, 'cases:read', '--role', 'manager')
    await answer('keys', 'revoke', gone.id)
    expect(await refusal('keys', 'rotate', gone.id)).toBe(
      `error: Key ${gone.id} has been revoked; create a new one with "create"\n`,
    )
    const again = await operate('keys', 'revoke', gone.id, '--json')
    expect(again.stderr).toBe('Already revoked.\n')
    expect(JSON.parse(again.stdout)).toEqual({ id: gone.id, familyId: gone.id, revoked: [], revokedAt: aMoment })

    const soon = new Date(Date.now() + 8000).toISOString()
    const brief = await answer('keys', ...create, 'cases:read', '--role', 'manager', '--expires', soon)
    await expect.poll(() => Date.now(), { timeout: 20_000 }).toBeGreaterThan(Date.parse(soon))
    expect(await refusal('keys', 'rotate', brief.id)).toBe(
      `error: Key ${brief.id} has expired; create a new one with "create"\n`,
    )
    const entries = await rowsOf(
      state,
      `select action from audit where target_id in ('${gone.id}', '${brief.id}') order by id`,
    )
    expect(entries.map(({ action }: { action: string }) => action)).toEqual(['key.create', 'key.revoke', 'key.create'])
  })

  it('of a user are made only while that user may hold one', async () => {
    const [{ id }] = await rowsOf(state, `select id from users where email = 'councillor.service@acme.invalid'`)
    await rowsOf(state, `update users set enabled = 0 where id = '${id}'`)
    expect(await refusal('keys', ...create, 'all', '--role', 'councillor')).toBe(
      'error: councillor.service@acme.invalid is disabled; enable the user first\n',
    )
    expect(await refusal('keys', ...create, 'all', '--user', 'nobody@example.com')).toBe(
      'error: User nobody@example.com does not exist in "acme": "npm run --silent users -- list --tenant acme" lists all users\n',
    )
  })

  it('are not found by an id that is none', async () => {
    const shows = '"npm run --silent keys -- list --tenant <slug>" shows the ids\n'
    expect(await refusal('keys', 'revoke', "x' or 1=1 --")).toBe(`error: There is no such key. ${shows}`)
    const id = '01JZ8E2Q4N6T1V3X5Z7B9D0F2H'
    expect(await refusal('keys', 'rotate', id)).toBe(`error: There is no such key: ${id}. ${shows}`)
  })
})
