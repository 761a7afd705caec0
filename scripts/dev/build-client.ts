import { execFile } from 'node:child_process'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { root } from '../root'

const client = join(root, 'client')
const out = join(client, 'dist')
const sources = join(out, 'src')
const entry = join(sources, 'index.ts')

const { version } = JSON.parse(await readFile(join(client, 'package.json'), 'utf8'))

await rm(out, { recursive: true, force: true })
await gatherSources()
await build({
  entryPoints: [entry],
  outfile: join(out, 'index.js'),
  bundle: true,
  format: 'esm',
  // Names stay, for stack traces.
  minifySyntax: true,
  minifyWhitespace: true,
  define: { CLIENT_VERSION: JSON.stringify(version) },
  sourcemap: true,
  sourcesContent: false,
  platform: 'neutral',
  target: 'es2022',
})
const tsc = join(root, 'node_modules/typescript/bin/tsc')
await promisify(execFile)(process.execPath, [tsc, '-p', join(client, 'tsconfig.build.json')])

/** Puts all that the package is made of into one folder of it, so that its maps lead to sources that it holds. */
async function gatherSources(): Promise<void> {
  await cp(join(client, 'src'), sources, { recursive: true })
  for (const shared of ['base64', 'signature', 'webhook-signature']) {
    await cp(join(root, `src/domain/${shared}.ts`), join(sources, `${shared}.ts`))
  }
  for (const name of ['index.ts', 'webhooks.ts']) {
    const file = join(sources, name)
    const text = await readFile(file, 'utf8')
    const moved = text.replaceAll('../../src/domain/', './')
    if (moved === text) throw new Error(`client/src/${name} no longer needs anything of src/domain`)
    await writeFile(file, moved)
  }
}
