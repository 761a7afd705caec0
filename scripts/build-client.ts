import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const out = 'dist/client'

await rm(out, { recursive: true, force: true })
await build({
  entryPoints: ['src/client/index.ts'],
  outfile: `${out}/index.js`,
  bundle: true,
  format: 'esm',
  minify: true,
  // The names of the error classes are part of what they say.
  keepNames: true,
  platform: 'neutral',
  target: 'es2022',
})
await promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'src/client/tsconfig.json'])
