import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { operatorsOn, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const { operate, answer, refusal } = operatorsOn(join(folder, 'state'))

describe('bad input', () => {
  const tenant = ['create', '--name', 'B', '--plan', 'pro', '--slug']
  const key = ['create', '--tenant', 'acme', '--role', 'admin', '--scopes', 'all']
  const user = ['create', '--tenant', 'acme', '--name', 'B', '--role', 'admin', '--email']
  it.each([
    ['tenants', [...tenant, 'Acme Ltd'], "'--slug <slug>' argument 'Acme Ltd' is invalid. It must be made of a-z, 0-9"],
    [
      'tenants',
      [...tenant, 'b', '--plan', 'gold'],
      "argument 'gold' is invalid. Allowed choices are free, pro, team, council.",
    ],
    [
      'tenants',
      [...tenant, 'b', '--council-code', 'Kent'],
      "argument 'Kent' is invalid. It must be a GSS code, like E06000052.",
    ],
    [
      'tenants',
      [...tenant, 'b', '--contact-phone', '999'],
      "argument '999' is invalid. It must be a phone number, like 01632 960001.",
    ],
    [
      'tenants',
      ['update', '--slug', 'b', '--contact-email', 'b@example'],
      "argument 'b@example' is invalid. It must be an email address, like jane@example.com.",
    ],
    [
      'tenants',
      ['update', '--slug', 'b'],
      'Provide at least one of --name, --council-code, --contact-email, --contact-phone, --controller, --dpo-contact, --privacy-url, --reply-within, --website, --anonymise-after and --disclosures',
    ],
    [
      'tenants',
      ['update', '--slug', 'b', '--disclosures', 'yes'],
      "argument 'yes' is invalid. Allowed choices are on, off, default.",
    ],
    [
      'tenants',
      [...tenant, 'b', '--privacy-url', 'javascript:alert(1)'],
      "argument 'javascript:alert(1)' is invalid. It must be a web address, like https://www.example.com.",
    ],
    [
      'tenants',
      ['update', '--slug', 'b', '--website', 'ftp://example.com'],
      "argument 'ftp://example.com' is invalid. It must be a web address, like https://www.example.com.",
    ],
    [
      'tenants',
      [...tenant, 'b', '--anonymise-after', '121'],
      "argument '121' is invalid. It must be a whole number from 1 to 120.",
    ],
    [
      'tenants',
      [...tenant, 'b', '--reply-within', '0'],
      "argument '0' is invalid. It must be a whole number from 1 to 365.",
    ],
    ['tenants', ['update', '--slug', 'b', '--controller', 'x'.repeat(201)], 'It must have 1 to 200 characters.'],
    ['tenants', [...tenant, 'b', '--name', '  '], "argument '  ' is invalid. It must have 1 to 200 characters."],
    ['tenants', ['create', '--slug', 'b', '--plan', 'pro'], "required option '--name <name>' not specified"],
    [
      'users',
      [...user, 'b@example'],
      "argument 'b@example' is invalid. It must be an email address, like jane@example.com.",
    ],
    [
      'users',
      [...user, 'b@example.com', '--role', 'king'],
      'Allowed choices are caseworker, councillor, manager, admin.',
    ],
    [
      'users',
      ['set-plan-override', '--tenant', 'acme', '--email', 'b@example.com'],
      'Provide either --plan or --clear',
    ],
    [
      'keys',
      [...key, '--scopes', 'cases:read,cases:eat'],
      'Unknown: cases:eat. It must be "all", or some of cases:read, ',
    ],
    ['keys', [...key, '--limit', '1001'], "argument '1001' is invalid. It must be a whole number from 1 to 1000."],
    ['keys', [...key, '--window', '0'], "argument '0' is invalid. It must be a whole number from 1 to 3600."],
    ['keys', [...key, '--expires', '2001-01-01T00:00:00Z'], 'It must be in the future.'],
    [
      'keys',
      [...key, '--expires', '2030-02-30T00:00:00Z'],
      'It must be an ISO 8601 time with an offset, like 2026-03-01T09:00:00Z.',
    ],
    [
      'keys',
      [...key, '--allow', '203.0.113.7/24'],
      "argument '203.0.113.7/24' is invalid. It has bits set beyond its prefix length: its network is 203.0.113.0/24.",
    ],
    [
      'keys',
      [...key, '--allow', '192.0.2.1', '--allow', 'office'],
      "argument 'office' is invalid. It must be an IPv4 or IPv6 address or range, like 203.0.113.7 or 2001:db8::/32.",
    ],
    [
      'keys',
      [...key, ...Array.from({ length: 21 }, (_, i) => ['--allow', `192.0.2.${i}`]).flat()],
      "argument '192.0.2.20' is invalid. There must be at most 20.",
    ],
    ['keys', ['create', '--tenant', 'acme', '--scopes', 'all'], 'Provide either --role or --user'],
  ])('%s %j is refused in one line', async (name, args, fault) => {
    const line = await refusal(name, ...args)
    expect(line).toContain(fault)
    expect(line).toMatch(/^error: [^\n]+\n$/)
  })

  it('that only looks bad is taken as it was meant', async () => {
    const texts = [
      ...['--name', 'Ac\u00adme \u200bCouncil', '--council-code', 'e06000052'],
      ...['--contact-email', 'office@example.com\u200b', '--contact-phone', '\u202a01632 960100\u202c'],
    ]
    expect(await answer('tenants', 'create', '--slug', 'acme', '--plan', 'pro', ...texts)).toMatchObject({
      name: 'Acme Council',
      councilCode: 'E06000052',
      contactEmail: 'office@example.com',
      contactPhone: '01632 960100',
    })
    const cleared = ['--contact-phone', '\u200b', '--council-code', ' ']
    expect(await answer('tenants', 'update', '--slug', 'acme', ...cleared)).toMatchObject({
      councilCode: null,
      contactPhone: null,
    })
    expect(await answer('keys', ...key, '--expires', '2999-06-01t00:00+01:00')).toMatchObject({
      expiresAt: '2999-05-31T23:00:00.000Z',
    })
  })

  it('is avoided with --help, which shows an example', async () => {
    const { code, stdout } = await operate('keys', 'rotate', '--help')
    expect(code).toBe(0)
    expect(stdout).toContain('Example:\n  npm run --silent keys -- rotate 01JZ8E2Q4N6T1V3X5Z7B9D0F2H --grace 3600\n')
  })
})
