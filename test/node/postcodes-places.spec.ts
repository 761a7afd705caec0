import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { type Answer, cloudflare, rowsFound } from './cloudflare'
import { operatorsOn, root, rowsOf, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)

it('each cell gets the postcodes of its own tenants', async () => {
  const config = join(folder, 'two-cells.toml')
  const state = join(folder, 'two-cells')
  const block = (binding: string, id: number) =>
    `[[d1_databases]]\nbinding = "${binding}"\ndatabase_name = "c${id}"\ndatabase_id = "00000000-0000-0000-0000-00000000000${id}"\nmigrations_dir = "${root}migrations"\n`
  writeFileSync(config, `name = "two-cells"\n${block('DB', 0)}${block('DB_1', 1)}`)
  const at = ['--config', config]
  const { operate, answer } = operatorsOn(state)
  const create = ['create', '--plan', 'pro', '--name', 'N', ...at]
  await answer('tenants', ...create, '--slug', 'near', '--council-code', 'E06000052')
  // A tenant without a council's code, but with a coded ward.
  await answer('tenants', ...create, '--slug', 'far', '--cell', '1')
  const ward = `insert into wards (id, tenant_id, name, name_key, code, created_at, updated_at)
    select 'w', id, 'Drake', 'drake', 'E05002092', 0, 0 from tenants`
  await rowsOf(state, ward, 'DB_1', config)

  const path = join(folder, 'two.csv')
  const lines = ['TR1 1AA,,E05009270,E06000052', 'TR1 1AB,,E05009270,E06000052', 'PL1 1AA,,E05002092,E06000026']
  writeFileSync(path, ['pcds,doterm,osward,oslaua', ...lines, 'AB10 1AB,,S13002842,S12000033'].join('\n'))
  const { code, stdout } = await operate('postcodes', 'import', path, '--json', ...at)
  expect({ code, answer: JSON.parse(stdout) }).toEqual({
    code: 0,
    answer: {
      release: 'two',
      lines: 4,
      kept: 3,
      skipped: { terminated: 0, otherCouncils: 1, noWard: 0, malformed: 0 },
      councils: [
        { code: 'E06000026', postcodes: 1 },
        { code: 'E06000052', postcodes: 2 },
      ],
      wardsWithoutPostcodes: [],
      cells: [
        { cell: 0, release: 'two', kept: 2 },
        { cell: 1, release: 'two', kept: 1 },
      ],
    },
  })
  const all = 'select postcode from postcode_wards order by postcode'
  expect(await rowsOf(state, all, 'DB', config)).toEqual([{ postcode: 'TR11AA' }, { postcode: 'TR11AB' }])
  expect(await rowsOf(state, all, 'DB_1', config)).toEqual([{ postcode: 'PL11AA' }])
  const listed = { name: 'two', loadedAt: expect.any(String), active: true }
  expect(await answer('postcodes', 'list', ...at)).toEqual([
    { ...listed, postcodes: 2, cell: 0 },
    { ...listed, postcodes: 1, cell: 1 },
  ])

  writeFileSync(path, ['pcds,doterm,osward,oslaua', ...lines.slice(0, 1)].join('\n'))
  const again = await operate('postcodes', 'import', path, ...at)
  expect(again.stderr).toContain('Cell 1 unchanged: no rows for its councils or wards\n')
  expect(await rowsOf(state, all, 'DB_1', config)).toEqual([{ postcode: 'PL11AA' }])
})

/** Production’s database as wrangler meets it, which gives these answers to one command after another. */
async function production(...answers: Answer[]) {
  const { asked, env, close } = await cloudflare(() => answers.shift() ?? overloaded)
  const { operate } = operatorsOn(join(folder, 'state'), env)
  return { asked: () => asked.map(({ body }) => (body as { sql: string }).sql), operate, close }
}

const overloaded = { status: 400, code: 7429, message: 'D1 DB is overloaded' }
const plan = rowsFound([{ slug: 'acme', council_code: 'E06000052', code: null, name: null, enabled: null }], [], [])

const remote = join(folder, 'remote.csv')
writeFileSync(remote, 'pcds,doterm,osward,oslaua\nTR1 1AA,,E05009270,E06000052\nTR1 1AB,,E05009270,E06000052\n')

it('production gets a portion, its progress and the change-over in one transaction', async () => {
  const counted = rowsFound([{ council_code: 'E06000052', postcodes: 2 }])
  const { operate, asked, close } = await production(plan, rowsFound([{ id: 1 }], [], []), counted)
  const { stdout } = await operate('postcodes', 'import', remote, '--remote', '--config', 'wrangler.toml', '--json')
  close()
  expect(JSON.parse(stdout)).toMatchObject({ kept: 2, councils: [{ code: 'E06000052', postcodes: 2 }] })
  const [begun, rows, inUse] = asked()[1]?.split(';\n') ?? []
  expect(begun).toMatch(/^insert into "postcode_releases" .*'remote'.* returning "id"$/)
  expect(rows).toContain(`json_each('{"E05009270 E06000052":"TR11AA TR11AB"}')`)
  expect(inUse).toMatch(
    /^update "postcode_releases" set "loaded_at" = .* "active" = "postcode_releases"."id" = 1 where /,
  )
})

it.each([
  [
    'is out of reach',
    overloaded,
    /The remote database: [^\n]+ D1 DB is overloaded [^\n]+\. Run the same command to resume\./,
  ],
  [
    'has lost the release to another import',
    rowsFound([], [], []),
    /Superseded by another import; run the command again to start over/,
  ],
  [
    'has had another import begin at the same moment',
    { status: 400, code: 7500, message: 'UNIQUE constraint failed: postcode_releases.id: SQLITE_CONSTRAINT' },
    /Another import has just started: wait for it to finish/,
  ],
])('production that %s is told of in one line', async (_, answer, said) => {
  const { operate, close } = await production(plan, answer)
  const { code, stdout, stderr } = await operate('postcodes', 'import', remote, '--remote', '--config', 'wrangler.toml')
  close()
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(new RegExp(`^100 %: 2 lines, 2 kept\nerror: ${said.source}\n$`))
})
