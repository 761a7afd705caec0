import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inlined } from '../../scripts/operator/database'
import { linesOf, openPostcodeFile } from '../../scripts/operator/postcodes/file'
import { newPortion } from '../../scripts/operator/postcodes/portion'
import { insertPortion } from '../../scripts/operator/postcodes/releases'
import { operatorsOn, rowsOf, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const state = join(folder, 'state')
const { operate, answer, refusal } = operatorsOn(state)

const cornwall = 'E06000052'
const plymouth = 'E06000026'

/** Writes a file, its name without folders. */
function file(name: string, lines: string[], { newline = '\n', start = '' } = {}): string {
  const path = join(folder, name)
  writeFileSync(path, start + lines.map((line) => line + newline).join(''))
  return path
}

/** Imports a file; what it says on stderr, and its answer. */
async function imported(path: string, ...options: string[]) {
  const { code, stdout, stderr } = await operate('postcodes', 'import', path, '--json', ...options)
  if (code !== 0) throw new Error(stderr)
  return { said: stderr, answer: JSON.parse(stdout) }
}

const rowsInUse = () =>
  rowsOf(
    state,
    `select postcode || ' ' || ward_code || ' ' || council_code as row from postcode_wards
     where release_id in (select id from postcode_releases where active = 1) order by 1`,
  ).then((rows: { row: string }[]) => rows.map(({ row }) => row))

const countRows = 'select (select count(*) from postcode_wards) as rows, (select count(*) from postcode_releases) as n'

const insertWards = `insert into wards
  (id, tenant_id, name, name_key, code, enabled, version, created_at, updated_at)
  select value ->> 0, (select id from tenants where slug = value ->> 1), value ->> 0, value ->> 0, value ->> 2, value ->> 3, 1, 0, 0
  from json_each('[["Arwenack","acme","E05009270",1],["Mistyped","acme","E05000000",1],["Closed","acme","E05000009",0],
    ["Drake","parish","E05002092",1],["Arch","parish",null,1]]')`

const may = join(folder, 'ONSPD_MAY_2019_UK.csv')
const maysAnswer = {
  release: 'ONSPD_MAY_2019_UK',
  lines: 12,
  kept: 5,
  skipped: { terminated: 1, otherCouncils: 2, noWard: 2, malformed: 2 },
  councils: [
    { code: plymouth, postcodes: 1 },
    { code: cornwall, postcodes: 2 },
  ],
  wardsWithoutPostcodes: [{ tenant: 'acme', code: 'E05000000', name: 'Mistyped' }],
  cells: [{ cell: 0, release: 'ONSPD_MAY_2019_UK', kept: 5 }],
}

const maysRows = [
  `PL11AA E05002092 ${plymouth}`,
  `TR11AA E05009270 ${cornwall}`,
  `TR11AB E05009270 ${cornwall}`,
  `TR11AB E05009271 ${cornwall}`,
]

/** A release that is not in use, with rows. */
const leftover = (n: number) => `insert into postcode_releases (id, name, loaded_at, active) values (99, 'left', 1, 0);
  insert into postcode_wards with recursive i (n) as (select 1 union all select n + 1 from i where n < ${n})
  select 99, 'TR9' || n, 'E05009270', '${cornwall}' from i`

beforeAll(async () => {
  file('ONSPD_MAY_2019_UK.csv', [
    'pcd,pcd2,pcds,dointr,doterm,oscty,ced,oslaua,osward,parish',
    `TR1 1AA,TR1  1AA,TR1 1AA,198001,,E99999999,E99999999,${cornwall},E05009270,E04011498`,
    `TR1 1AA,TR1  1AA,TR1 1AA,198001,,E99999999,E99999999,${cornwall},E05009270,E04011498`,
    `TR1 1AB,TR1  1AB,TR1 1AB,198001,,E99999999,E99999999,${cornwall},E05009270,E04011498`,
    `TR1 1AB,TR1  1AB,TR1 1AB,198001,,E99999999,E99999999,${cornwall},E05009271,E04011498`,
    `TR1 1AD,TR1  1AD,TR1 1AD,198001,200106,E99999999,E99999999,${cornwall},E05009271,E04011498`,
    `TR1 1AE,TR1  1AE,TR1 1AE,198001,,E99999999,E99999999,${cornwall},,E04011498`,
    `TR1 1AF,TR1  1AF,TR1 1AF,198001,,E99999999,E99999999,${cornwall},E99999999,E04011498`,
    `TR1 1AG,TR1  1AG,TR1 1AG,198001,,E99999999,E99999999,${cornwall},E0500927,E04011498`,
    `NOT ONE,NOT  ONE,NOT ONE,198001,,E99999999,E99999999,${cornwall},E05009270,E04011498`,
    `PL1 1AA,PL1  1AA,PL1 1AA,198001,,E99999999,E99999999,${plymouth},E05002092,E43000007`,
    `PL1 1AB,PL1  1AB,PL1 1AB,198001,,E99999999,E99999999,${plymouth},E05002093,E43000007`,
    'AB1 0AA,AB1  0AA,AB1 0AA,198001,199606,S99999999,S99999999,S12000033,S13002843,S99999999',
  ])
})

it('is refused while no tenant has a council code and no ward a code', async () => {
  expect(await refusal('postcodes', 'import', may)).toBe(
    'error: No tenant has a council code, and no ward has a code: ' +
      '"npm run --silent tenants -- update --slug acme --council-code E06000052" sets a tenant\'s\n',
  )
})

describe('an import', () => {
  beforeAll(async () => {
    await answer('tenants', 'create', '--slug', 'acme', '--name', 'A', '--plan', 'pro', '--council-code', cornwall)
    await answer('tenants', 'create', '--slug', 'parish', '--name', 'P', '--plan', 'pro')
    await rowsOf(state, insertWards)
  })

  it('keeps the councils and the single wards of the tenants, and counts what it leaves out', async () => {
    expect(await imported(may)).toEqual({
      said:
        `100 %: 12 lines, 5 kept\nwarning: ${may} lacks codes or postcodes that tenants use:\n` +
        '  acme, ward E05000000 (Mistyped): not in the file\n',
      answer: maysAnswer,
    })
    expect(await rowsInUse()).toEqual(maysRows)
  })

  it('of the same file again does nothing', async () => {
    const before = await answer('postcodes', 'list')
    expect(await imported(may, '--name', 'May')).toEqual({
      said: '"ONSPD_MAY_2019_UK" in cell 0 is already loaded\n100 %: 12 lines, 5 kept\n',
      answer: maysAnswer,
    })
    expect(await answer('postcodes', 'list')).toEqual(before)
  })

  it('of the same file again removes what a change-over that was interrupted has left', async () => {
    await rowsOf(state, leftover(2))
    expect((await imported(may)).said).toContain('is already loaded\n100 %: 12 lines, 5 kept\nRemoving older releases')
    expect(await rowsOf(state, countRows)).toEqual([{ rows: 4, n: 1 }])
  })

  it('of a release that was replaced, and half of it removed, begins anew', async () => {
    await rowsOf(state, "update postcode_releases set active = 0; delete from postcode_wards where postcode = 'TR11AA'")
    expect((await imported(may)).said).toMatch(
      /^100 %: 12 lines, 5 kept\nwarning: .*\n.*\nRemoving older releases from cell 0\n$/,
    )
    expect(await rowsInUse()).toEqual(maysRows)
  })

  it('begins anew for a changed file of the same size, and for other councils', async () => {
    utimesSync(may, 1, 1)
    expect((await imported(may)).said).not.toContain('already loaded')
    await answer('tenants', 'update', '--slug', 'acme', '--council-code', plymouth)
    expect((await imported(may)).said).not.toContain('already loaded')
    expect((await rowsInUse()).filter((row: string) => row.endsWith(plymouth))).toHaveLength(2)
    await answer('tenants', 'update', '--slug', 'acme', '--council-code', cornwall)
    await imported(may)
    expect(await rowsInUse()).toEqual(maysRows)
  })

  it('with terminated postcodes is another release, and takes the old one’s place with nothing left of it', async () => {
    const { said, answer: found } = await imported(may, '--keep-terminated', '--name', 'With O’Terminated')
    expect(said).toBe('100 %: 12 lines, 6 kept\nRemoving older releases from cell 0\n')
    expect(found).toMatchObject({
      release: 'With O’Terminated',
      kept: 6,
      skipped: { terminated: 0, otherCouncils: 2, noWard: 2, malformed: 2 },
    })
    expect(await rowsInUse()).toContain(`TR11AD E05009271 ${cornwall}`)
    expect(await rowsOf(state, countRows)).toEqual([{ rows: 5, n: 1 }])
  })

  it('reads the header of 2025, a byte order mark, CRLF, quotes and codes in lower case', async () => {
    const lines = [
      '"pcd7","pcd8","pcds","dointr","doterm","cty25cd","ced25cd","lad25cd","wd25cd","parncp25cd","usrtypind"',
      `"TR1 2AA","TR1  2AA","TR1 2AA","198001","","E99999999","E99999999","${cornwall}","E05013000","St ""A"", B",0`,
      `"TR1 2AB","TR1  2AB","TR1 2AB","198001","","E99999999","E99999999","${cornwall.toLowerCase()}","e05013000","two\r\nlines",0`,
    ]
    const path = file('ONSPD_MAY_2025_UK.CSV', lines, { newline: '\r\n', start: '\uFEFF' })
    expect((await imported(path, '--allow-fewer')).answer).toMatchObject({ release: 'ONSPD_MAY_2025_UK', kept: 2 })
    expect(await rowsInUse()).toEqual([`TR12AA E05013000 ${cornwall}`, `TR12AB E05013000 ${cornwall}`])
    expect(await answer('postcodes', 'list')).toEqual([
      { name: 'ONSPD_MAY_2025_UK', loadedAt: expect.any(String), active: true, postcodes: 2, cell: 0 },
    ])
  })

  it('of a file that breaks off, or has less than half of what is in use, changes nothing', async () => {
    const header = 'pcds,doterm,ward,laua'
    const line = `TR1 3AA,,E05013000,${cornwall}`
    const cut = file('cut.csv', [header, line, line, 'TR1 3AB,,E050'], { newline: '\n' })
    expect((await operate('postcodes', 'import', cut)).stderr).toBe(
      `error: ${cut} is cut off at line 3: check that the download is complete\n`,
    )
    await imported(file('more.csv', [header, line, line.replace('3AA', '3AB'), line.replace('3AA', '3AD')]))
    const { code, stderr } = await operate('postcodes', 'import', file('one-area.csv', [header, line]))
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        `100 %: 1 lines, 1 kept\nerror: ${join(folder, 'one-area.csv')} lacks codes or postcodes that tenants use, ` +
        'so nothing has changed. If that is right, give --allow-fewer:\n  acme: 1 postcode instead of 3\n',
    })
    expect(await rowsOf(state, countRows)).toEqual([{ rows: 3, n: 1 }])
  })

  it('is compared with the release in use alone', async () => {
    await rowsOf(state, leftover(10))
    const path = file('two-thirds.csv', [
      'pcds,doterm,ward,laua',
      `TR1 3AA,,E05013000,${cornwall}`,
      `TR1 3AB,,E05013000,${cornwall}`,
    ])
    expect((await imported(path)).answer).toMatchObject({ kept: 2 })
    expect(await rowsOf(state, countRows)).toEqual([{ rows: 2, n: 1 }])
  })

  it('of a file with nothing for the tenants is refused, and leaves what is in use', async () => {
    const path = file('elsewhere.csv', ['pcds,doterm,ward,laua', 'AB10 1AB,,S13002842,S12000033'])
    const { code, stdout, stderr } = await operate('postcodes', 'import', path)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `100 %: 1 lines, 0 kept\nerror: ${path} has no postcode of the tenants' councils and wards, ` +
        'so nothing has changed: of its 1 lines 0 are terminated, 1 of other councils, 0 without a ward and 0 malformed. ' +
        '"npm run --silent tenants -- list" shows the tenants\' codes\n' +
        `  acme, council ${cornwall}: not in the file\n`,
    )
    expect(await rowsOf(state, countRows)).toEqual([{ rows: 2, n: 1 }])
  })
})

const noColumns =
  'missing column postcode (pcds, pcd, pcd7, pcd8, pcd2), termination (doterm), ' +
  'ward (osward, ward, wdYYcd), council (oslaua, laua, ladYYcd)'

it.each([
  ['missing.csv', undefined, 'File not found: PATH'],
  ['.', undefined, 'PATH is a folder: name the CSV file in it'],
  ['empty.csv', '', 'PATH is empty'],
  ['ONSPD.zip', 'PK\u0003\u0004…', 'PATH is a ZIP archive: unzip it first'],
  ['other.csv', 'name,town\nA,B\n', `PATH is not an ONS Postcode Directory file: ${noColumns}`],
  [
    'older.csv',
    'PCDS, DOTERM ,wd11cd,lad2011cd\n',
    'PATH is not an ONS Postcode Directory file: missing column council (oslaua, laua, ladYYcd)',
  ],
])('%s is refused in one line before anything is looked for', async (name, content, fault) => {
  const path = join(folder, name)
  if (content !== undefined) writeFileSync(path, content)
  expect(await refusal('postcodes', 'import', path)).toBe(`error: ${fault.replace('PATH', path)}\n`)
})

it.each([
  ['pcd,doterm,osward,oslaua', 'TR11AA,,W,C'],
  ['PCD7,DOTERM,WARD,LAUA', 'TR1 1AA,,W,C'],
  [' pcd8 ,Doterm,wd11cd,lad11cd', 'TR1  1AA,,W,C'],
  ['pcd2,lad24cd,wd24cd,doterm', 'TR1  1AA,C,W,'],
  ['pcd,pcd2,pcds,doterm,osward,oslaua', 'a,b, TR1 1AA ,,W,C'],
])('a file with the columns %s is read', async (header, line) => {
  const found = []
  for await (const one of linesOf(await openPostcodeFile(file('columns.csv', [header, line])))) found.push(one)
  const postcode = expect.stringMatching(/^TR1 {0,2}1AA$/)
  expect(found).toEqual([
    { number: 1, postcode, isTerminated: false, ward: 'W', council: 'C', bytes: header.length + line.length + 2 },
  ])
})

it('a quote that is never closed ends the reading before the rest of the file is in memory', async () => {
  const lines = ['pcds,doterm,ward,laua', 'TR1 1AA,,W,C', '"TR1 1AB,,W,C', ...Array(100_000).fill('TR1 1AD,,W,C')]
  const read = async () => {
    for await (const _ of linesOf(await openPostcodeFile(file('quote.csv', lines))));
  }
  await expect(read()).rejects.toThrow('quote.csv has an unclosed quote after line 1')
})

it('a portion fits the command line of every system, whether it is of one ward or of many', () => {
  for (const wards of [1, 5000]) {
    const portion = newPortion()
    for (let i = 0; !portion.isFull(); i++) portion.add('TR991AA', `E0500${1000 + (i % wards)}`, cornwall)
    const sql = inlined(insertPortion(1, portion)).join(';')
    expect(sql.length).toBeGreaterThan(19_000)
    // Windows doubles the quotes.
    expect(sql.length + (sql.match(/"/g)?.length ?? 0)).toBeLessThan(24_000)
  }
})
