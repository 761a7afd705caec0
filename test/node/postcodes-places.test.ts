import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { operatorsOn, root, rowsOf, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const { operate, answer } = operatorsOn(join(folder, 'state'))

it('each cell gets the postcodes of its own tenants', async () => {
  const config = join(folder, 'two-cells.toml')
  const state = join(folder, 'two-cells')
  const block = (binding: string, id: number) =>
    `[[d1_databases]]\nbinding = "${binding}"\ndatabase_name = "c${id}"\ndatabase_id = "00000000-0000-0000-0000-00000000000${id}"\nmigrations_dir = "${root}migrations"\n`
  writeFileSync(config, `name = "two-cells"\n${block('DB', 0)}${block('DB_1', 1)}`)
  const at = ['--config', config, '--persist-to', state]
  const create = ['create', '--plan', 'pro', '--name', 'N', ...at]
  await answer('tenants', ...create, '--slug', 'near', '--council-code', 'E06000052')
  await answer('tenants', ...create, '--slug', 'far', '--council-code', 'E06000026', '--cell', '1')

  const path = join(folder, 'two.csv')
  const lines = ['TR1 1AA,,E05009270,E06000052', 'TR1 1AB,,E05009270,E06000052', 'PL1 1AA,,E05002092,E06000026']
  writeFileSync(path, ['pcds,doterm,osward,oslaua', ...lines, 'AB10 1AB,,S13002842,S12000033'].join('\n'))
  const { code, stdout } = await operate('postcodes', 'import', path, ...at)
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
  expect(again.stderr).toContain('Cell 1 keeps what it has: no line is of its councils and wards\n')
  expect(await rowsOf(state, all, 'DB_1', config)).toEqual([{ postcode: 'PL11AA' }])
})

/** Production’s database as wrangler meets it, which yields these rows for each command's statements. */
async function standIn(answers: (object[][] | 'overloaded')[]) {
  const asked: string[] = []
  const api = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push(JSON.parse(body).sql)
    const answer = answers.shift() ?? 'overloaded'
    const isDown = answer === 'overloaded'
    const errors = isDown ? [{ code: 7429, message: 'D1 DB is overloaded' }] : []
    const result = isDown ? null : answer.map((results) => ({ results, success: true, meta: { duration: 1 } }))
    response.writeHead(isDown ? 400 : 200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ success: !isDown, errors, messages: [], result }))
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const address = api.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { operate } = operatorsOn(join(folder, 'state'), {
    CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}/client/v4`,
    CLOUDFLARE_API_TOKEN: 'token-of-a-test',
    CLOUDFLARE_ACCOUNT_ID: 'account',
  })
  return { asked, operate, close: () => api.close() }
}

it('production gets a portion, its progress and the change-over in one transaction, and a fault there is one line', async () => {
  const path = join(folder, 'remote.csv')
  writeFileSync(path, 'pcds,doterm,osward,oslaua\nTR1 1AA,,E05009270,E06000052\nTR1 1AB,,E05009270,E06000052\n')
  const plan = [[{ code: 'E06000052' }], [], [], [{ rows: 0 }]]
  const production = await standIn([
    plan,
    [[{ id: 1 }], [], []],
    [[{ council_code: 'E06000052', postcodes: 2 }], []],
    plan,
    'overloaded',
  ])
  const imported = await production.operate('postcodes', 'import', path, '--remote')
  expect(JSON.parse(imported.stdout)).toMatchObject({ kept: 2, councils: [{ code: 'E06000052', postcodes: 2 }] })
  const failed = await production.operate('postcodes', 'import', path, '--remote')
  production.close()
  expect(failed.stdout).toBe('')
  expect(failed.stderr).toMatch(
    /^100 %: 2 lines, 2 kept\nerror: The remote database: [^\n]+ D1 DB is overloaded [^\n]+\. The same command goes on from here\.\n$/,
  )
  const [begun, rows, inUse] = production.asked[1]?.split(';\n') ?? []
  expect(begun).toMatch(/^insert into "postcode_releases" .*'remote'.* returning "id"$/)
  expect(rows).toContain(`json_each('{"E05009270 E06000052":"TR11AA TR11AB"}')`)
  expect(inUse).toMatch(
    /^update "postcode_releases" set "loaded_at" = .* "active" = "postcode_releases"."id" = 1 where /,
  )
})
