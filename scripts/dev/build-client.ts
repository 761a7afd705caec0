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

/** Files of the client, and what they share with the gateway. */
const shared: [file: string, domain: string][] = [
  ['index.ts', 'signature'],
  ['transport.ts', 'retry-after'],
]

await rm(out, { recursive: true, force: true })
await gatherSources()
await build({
  entryPoints: [entry],
  outfile: join(out, 'index.js'),
  bundle: true,
  format: 'esm',
  minify: true,
  // The names of the error classes are part of what they say.
  keepNames: true,
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
  for (const [file, domain] of shared) {
    await cp(join(root, `src/domain/${domain}.ts`), join(sources, `${domain}.ts`))
    const importer = join(sources, file)
    const text = await readFile(importer, 'utf8')
    const moved = text.replaceAll(`../../src/domain/${domain}.js`, `./${domain}.js`)
    if (moved === text) throw new Error(`client/src/${file} no longer takes from src/domain/${domain}.ts`)
    await writeFile(importer, moved)
  }
}
