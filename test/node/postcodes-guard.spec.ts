import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newCensus } from '../../scripts/operator/postcodes/census'
import { linesOf, openPostcodeFile } from '../../scripts/operator/postcodes/file'
import { type CodedTenant, lossesOf, wardsWithout } from '../../scripts/operator/postcodes/guard'
import { selects, sift } from '../../scripts/operator/postcodes/selection'
import { operatorsOn, root, rowsOf, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const state = join(folder, 'state')
const { operate, answer } = operatorsOn(state)

const [old, now, harbour, quay, arch] = ['E06999901', 'E06999907', 'E05999901', 'E05999902', 'E05999909']
const header = 'pcds,doterm,wd25cd,lad25cd'

/** Writes a file; its path. */
function file(name: string, lines: string[]): string {
  const path = join(folder, name)
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
  return path
}

/** What a file has of a tenant's codes, counted as an import does it. */
async function tallies({ council, wards }: CodedTenant, lines: string[], keepTerminated = false) {
  const selection = { councils: new Set(council ? [council] : []), wards: new Set(wards.map(({ code }) => code)) }
  const census = newCensus()
  for await (const line of linesOf(await openPostcodeFile(file('counted.csv', [header, ...lines]))))
    if (selects(selection, line)) census.add(line, sift(line, true, keepTerminated))
  return census.tallies()
}

const acme: CodedTenant = {
  slug: 'acme',
  council: old,
  wards: [
    { code: harbour, name: 'Harbour' },
    { code: quay, name: 'Quay' },
  ],
}
const parish: CodedTenant = { slug: 'parish', council: null, wards: [{ code: arch, name: 'Arch' }] }

const inUse = [`TR99 1AA,,${harbour},${old}`, `TR99 1AB,,${harbour},${old}`, `TR99 1AD,,${quay},${old}`]
const archInUse = [`TR99 3AA,,${arch},${old}`, `TR99 3AB,,${arch},${old}`, `TR99 3AD,,${arch},${old}`]

it.each<[string, CodedTenant, string[], string[]]>([
  ['the same postcodes take nothing away', acme, inUse, []],
  [
    'a council whose code has changed is named with the new one',
    acme,
    inUse.map((line) => line.replace(old, now)),
    [
      `acme, council ${old}: not in the file; its wards are under ${now}`,
      `acme, wards ${harbour} (Harbour), ${quay} (Quay): under council ${now} in the file, not ${old}`,
    ],
  ],
  [
    'one ward that has moved to another council is named, though the council has enough',
    acme,
    [...inUse.slice(0, 2), inUse[2]?.replace(old, now) ?? ''],
    [`acme, ward ${quay} (Quay): under council ${now} in the file, not ${old}`],
  ],
  [
    'a ward that is gone is named, though the council has enough',
    acme,
    inUse.slice(0, 2),
    [`acme, ward ${quay} (Quay): not in the file`],
  ],
  [
    'a council with nothing but terminated postcodes is none',
    acme,
    inUse.map((line) => line.replace(',,', ',202501,')),
    [
      `acme, council ${old}: no live postcode in the file (3 terminated)`,
      `acme, ward ${harbour} (Harbour): no live postcode in the file (2 terminated)`,
      `acme, ward ${quay} (Quay): no live postcode in the file (1 terminated)`,
    ],
  ],
  [
    'old codes on terminated postcodes do not hide the new one',
    acme,
    inUse.flatMap((line) => [line.replace(',,', ',202501,'), line.replace(old, now).replace('TR99', 'TR98')]),
    [
      `acme, council ${old}: no live postcode in the file (3 terminated); its wards are under ${now}`,
      `acme, wards ${harbour} (Harbour), ${quay} (Quay): under council ${now} in the file, not ${old}`,
    ],
  ],
  [
    'lines without wards are no postcodes of a council',
    acme,
    [`TR99 1AA,,,${old}`, `TR99 1AB,,E99999999,${old}`],
    [
      `acme, council ${old}: no live postcode in the file (2 malformed or without a ward)`,
      `acme, wards ${harbour} (Harbour), ${quay} (Quay): not in the file`,
    ],
  ],
  ['a ward counts in whatever council where the tenant names none', parish, archInUse, []],
  [
    'less than half of a tenant’s postcodes is too few',
    parish,
    archInUse.slice(1, 2),
    ['parish: 1 postcode instead of 3'],
  ],
  [
    'a postcode that stands there twice counts once',
    parish,
    Array(3).fill(archInUse[0]),
    ['parish: 1 postcode instead of 3'],
  ],
  ['half of them is enough', parish, archInUse.slice(1), []],
])('%s', async (_, tenant, lines, losses) => {
  const change = {
    inUse: await tallies(tenant, [...inUse, ...archInUse]),
    found: await tallies(tenant, lines),
    keepTerminated: false,
  }
  expect(lossesOf(tenant, change)).toEqual(losses)
})

it('terminated postcodes that are kept lead to a ward, but not where live ones lead elsewhere', async () => {
  const terminated = `TR99 3AA,202501,${arch},${old}`
  const moved = { ...parish, council: old }
  const found = await tallies(parish, [terminated], true)
  expect(wardsWithout(parish, { inUse: [], found, keepTerminated: true })).toEqual([])
  const both = await tallies(moved, [terminated, `TR99 3AB,,${arch},${now}`], true)
  expect(wardsWithout(moved, { inUse: [], found: both, keepTerminated: true })).toEqual(parish.wards)
})

it('a ward that no postcode led to before may stay so, and before the first import every one is named', async () => {
  const found = await tallies(acme, inUse.slice(0, 2))
  expect(lossesOf(acme, { inUse: found, found, keepTerminated: false })).toEqual([])
  expect(lossesOf(acme, { inUse: [], found, keepTerminated: false })).toEqual([
    `acme, ward ${quay} (Quay): not in the file`,
  ])
})

const sample = readFileSync(join(root, 'examples/onspd-sample.csv'), 'utf8')
const recoded = sample.replaceAll(old, now)

const inUseOf = (ward: string) =>
  rowsOf(
    state,
    `select r.name, count(*) as n, max(w.council_code) as council from postcode_wards w
     join postcode_releases r on r.id = w.release_id where r.active = 1 and w.ward_code = '${ward}'`,
  ).then((rows: object[]) => rows[0])

beforeAll(async () => {
  await answer('tenants', 'create', '--slug', 'acme', '--name', 'A', '--plan', 'pro', '--council-code', old)
  await rowsOf(
    state,
    `insert into wards (id, tenant_id, name, name_key, code, created_at, updated_at)
     select 'w', id, 'Harbour', 'harbour', '${harbour}', 0, 0 from tenants`,
  )
  const base = join(folder, 'base.csv')
  writeFileSync(base, sample)
  await answer('postcodes', 'import', base)
})

const reasons = `  acme, council ${old}: not in the file; its wards are under ${now}
  acme, ward ${harbour} (Harbour): under council ${now} in the file, not ${old}
`

it('a directory in which the council has a new code replaces nothing, and says which', async () => {
  const path = join(folder, 'RECODED.csv')
  writeFileSync(path, recoded)
  const { code, stdout, stderr } = await operate('postcodes', 'import', path)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^100 %: 59 lines, \d+ kept\n/)
  expect(stderr.replace(/^.*\n/, '')).toBe(
    `error: ${path} lacks codes or postcodes that tenants use, so nothing has changed. ` +
      `If that is right, give --allow-fewer:\n${reasons}`,
  )
  expect(await inUseOf(harbour)).toMatchObject({ name: 'base', council: old })
})

it('a directory with the council’s codes of two years is read by the newer, and says so', async () => {
  const [names = '', ...lines] = sample.trim().split('\n')
  const path = file('two-years.csv', [
    `"lad24cd",${names}`,
    ...lines.map((line) => `"${old}",${line.replace(old, now)}`),
  ])
  const { code, stdout, stderr } = await operate('postcodes', 'import', path)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain(`${path} has the columns lad25cd, lad24cd: lad25cd is read\n`)
  expect(stderr).toContain(`--allow-fewer:\n${reasons}`)
})

it('--allow-fewer takes it all the same, and warns with the same list', async () => {
  const path = join(folder, 'RECODED.csv')
  const { code, stdout, stderr } = await operate('postcodes', 'import', path, '--allow-fewer', '--json')
  expect(stderr).toContain(`warning: ${path} lacks codes or postcodes that tenants use:\n${reasons}`)
  expect({ code, wards: JSON.parse(stdout).wardsWithoutPostcodes }).toEqual({
    code: 0,
    wards: [{ tenant: 'acme', code: harbour, name: 'Harbour' }],
  })
  expect(await inUseOf(harbour)).toMatchObject({ name: 'RECODED', council: now })
})
