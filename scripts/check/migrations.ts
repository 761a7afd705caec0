import { cp, readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { root } from '../root'
import { check, runTool } from './tool'

// The migrations' own consistency, then whether `src/db/schema/*.ts` says anything that they do not: drizzle-kit writes
// one more migration into a copy if so. The SQL itself is not compared, since STRICT and WITHOUT ROWID are ours.
await check(async (folder) => {
  runTool('drizzle-kit', ['check'])
  await cp(join(root, 'migrations'), folder, { recursive: true })
  const before = await readdir(folder)
  const out = relative(root, folder)
  const said = runTool('drizzle-kit', [
    ...['generate', '--dialect', 'sqlite', '--schema', './src/db/schema/*.ts', '--out', out],
  ])
  const added = (await readdir(folder)).filter((name) => !before.includes(name))
  if (added.length === 0 && said.includes('No schema changes')) return 'Migrations: as src/db/schema/*.ts says'
  const sql = await Promise.all(added.map((name) => readFile(join(folder, name), 'utf8')))
  const advice = 'src/db/schema/*.ts has changed: run `npx drizzle-kit generate` and commit what it writes.'
  throw new Error([said, ...sql, advice].join('\n'))
})
