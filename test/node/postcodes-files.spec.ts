import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { linesOf, openPostcodeFile } from '../../scripts/operator/postcodes/file'
import { operatorsOn, root, rowsOf, run, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const state = join(folder, 'state')
const { answer, operate } = operatorsOn(state)

const header = 'pcds,doterm,ward,laua'
const lineOf = (postcode: string, termination = '') => `${postcode},${termination},E05009270,E06000052`
const live = [lineOf('TR1 1AA'), lineOf('TR1 1AB')]

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** The postcodes of a file that are in use, and what was said on stderr. */
async function read(content: string) {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  try {
    const found: string[] = []
    for await (const line of linesOf(await openPostcodeFile(file('read.csv', content))))
      found.push(`${line.postcode}${line.isTerminated ? ' terminated' : ''} ${line.ward} ${line.council}`)
    return { found, said: said.mock.calls.flat() }
  } finally {
    said.mockRestore()
  }
}

it.each(['', 'NaN', 'nan', 'NULL', 'null', '\\N', 'None', '0', '-', 'N/A', '"NULL"', ' NaN '])(
  'a postcode whose termination is written as %j is in use',
  async (termination) => {
    const { found } = await read(`${header}\n${lineOf('TR1 1AA', termination)}\n`)
    expect(found).toEqual(['TR1 1AA E05009270 E06000052'])
  },
)

it.each(['200106', '200106.0', '2001-06', '"198001"'])('one with the termination %s is not', async (termination) => {
  const { found } = await read(`${header}\n${lineOf('TR1 1AA', termination)}\n`)
  expect(found).toEqual(['TR1 1AA terminated E05009270 E06000052'])
})

it('a missing ward that a program wrote as NaN is a missing ward', async () => {
  expect((await read(`${header}\nTR1 1AA,NaN,NaN,E06000052\n`)).found).toEqual(['TR1 1AA  E06000052'])
})

it('codes in lower case are read', async () => {
  const { found } = await read(`${header}\n${lineOf('tr1 1aa').toLowerCase()}\n`)
  expect(found).toEqual(['tr1 1aa E05009270 E06000052'])
})

it.each([
  ['a line of blanks', '   \n'],
  ['a line of tabs without an end', '\t\t'],
  ['commas without values', ',,,\n'],
  ['Ctrl-Z', '\u001A'],
  ['Ctrl-Z that fills a block', `\r\n${'\u001A'.repeat(100)}`],
])('a file that ends with %s is whole', async (_, end) => {
  const { found, said } = await read(`${[header, ...live].join('\r\n')}\r\n${end}`)
  expect(found).toEqual(['TR1 1AA E05009270 E06000052', 'TR1 1AB E05009270 E06000052'])
  expect(said).toEqual([])
})

it('Ctrl-Z straight after the last code is no part of it', async () => {
  const { found } = await read(`${[header, ...live].join('\n')}\u001A`)
  expect(found.at(-1)).toBe('TR1 1AB E05009270 E06000052')
})

it.each(['Total,123', 'TOTAL', '"Total postcodes: 2"', ',,2', '(2 rows affected)', '2'])(
  'a last line %j is left out, and told of with its number',
  async (end) => {
    const { found, said } = await read(`${[header, ...live, end].join('\n')}\n\u001A`)
    expect(found).toHaveLength(2)
    expect(said).toEqual([`Line 3 has no postcode and is left out: ${end.replaceAll('"', '')}`])
  },
)

it('a total after an object id is left out, too', async () => {
  const { found, said } = await read(`id,${header}\n1,${live[0]}\nGrand total,1\n`)
  expect({ found, said }).toEqual({
    found: ['TR1 1AA E05009270 E06000052'],
    said: ['Line 2 has no postcode and is left out: Grand total,1'],
  })
})

it.each([
  ['T', `${header}\n${live[0]}\nT`],
  ['TR', `${header}\n${live[0]}\nTR`],
  ['TR1 1', `${header}\n${live[0]}\nTR1 1`],
  ['"TR1 1', `${header}\n${live[0]}\n"TR1 1`],
  ['TR1 1AB,,E050', `${header}\n${live[0]}\nTR1 1AB,,E050`],
  ['a cut line before a total', `${header}\n${live[0]}\nTR1 1AB,,E050\nTotal,2\n`],
  ['a cut object id', `id,${header}\n1,${live[0]}\n2`],
])('a file that breaks off in %s is refused', async (_, content) => {
  await expect(read(content)).rejects.toThrow(/read\.csv is cut off at line 2: check that the download is complete$/)
})

it('of columns of several years the newest is read, wherever it stands', async () => {
  const { found, said } = await read('lad24cd,lad99cd,pcds,wd24cd,lad25cd,doterm,wd25cd\nA,B,TR1 1AA,C,D,,E\n')
  expect(found).toEqual(['TR1 1AA E D'])
  expect(said).toEqual([
    expect.stringMatching(/read\.csv has the columns wd25cd, wd24cd: wd25cd is read$/),
    expect.stringMatching(/read\.csv has the columns lad25cd, lad24cd, lad99cd: lad25cd is read$/),
  ])
})

const three = file('three.csv', `\uFEFF${[header, ...live, lineOf('TR1 1AD', 'NULL')].join('\r\n')}\r\n`)

/** What the command answers, run by bash in the project's folder. */
const bash = (command: string, cwd = root) => run('bash', ['-c', command], { CASEWORK_STATE: state }, cwd)

const releases = () => rowsOf(state, 'select name, active from postcode_releases order by id')

const answered = { lines: 3, kept: 3, councils: [{ code: 'E06000052', postcodes: 3 }], wardsWithoutPostcodes: [] }

beforeAll(async () => {
  await answer('tenants', 'create', '--slug', 'acme', '--name', 'A', '--plan', 'pro', '--council-code', 'E06000052')
})

it('a file whose postcodes are all terminated or elsewhere is refused with the counts', async () => {
  const path = file(
    'refused.csv',
    [header, lineOf('TR1 1AA', '200106'), lineOf('TR1 1AB', '200106'), 'AB10 1AB,,S13002842,S12000033', ''].join('\n'),
  )
  const { code, stdout, stderr } = await operate('postcodes', 'import', path)
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: '',
    stderr: `100 %: 3 lines, 0 kept
error: ${path} has no postcode of the tenants' councils and wards, so nothing has changed: of its 3 lines 2 are terminated, 1 of other councils, 0 without a ward and 0 malformed. "npm run --silent tenants -- list" shows the tenants' codes
  acme, council E06000052: no live postcode in the file (2 terminated)
`,
  })
})

it('a path is the caller’s, from whatever folder npm is called', async () => {
  const { code, stdout, stderr } = await bash(
    `npm --silent --prefix '${root}' run postcodes -- import three.csv --json`,
    folder,
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '100 %: 3 lines, 3 kept\n' })
  expect(JSON.parse(stdout)).toMatchObject({ release: 'three', ...answered })
})

it.each([
  ['a pipe', `cat '${three}' | npm run --silent postcodes -- import /dev/stdin --name Piped --json`, '/dev/stdin'],
  ['a pipe of the shell', `npm run --silent postcodes -- import <(cat '${three}') --name Piped --json`, '/dev/fd/\\d+'],
])('%s is read as it comes, which cannot be taken up again', async (_, command, path) => {
  const { code, stdout, stderr } = await bash(command)
  expect(stderr).toMatch(
    new RegExp(
      `^${path} is a pipe: an import that stops cannot be resumed\\n3 lines, 3 kept\\nRemoving older releases from cell 0\\n$`,
    ),
  )
  expect({ code, answer: JSON.parse(stdout) }).toMatchObject({ code: 0, answer: { release: 'Piped', ...answered } })
  expect(await releases()).toEqual([{ name: 'Piped', active: 1 }])
})

it('a pipe that brings nothing is empty', async () => {
  const { code, stderr } = await bash('npm run --silent postcodes -- import /dev/stdin < /dev/null')
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'error: /dev/stdin is empty\n' })
})
