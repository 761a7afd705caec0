import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { runWrangler } from '../operator/wrangler'
import { check } from './tool'

/** zod's locales would take it over: see `[alias]` in wrangler.toml. */
const budgetKB = 215

// What would be deployed, built and measured but not sent.
await check(async (folder) => {
  const { code, stdout, stderr } = await runWrangler(['deploy', '--dry-run', '--outdir', folder])
  if (code !== 0) throw new Error(`${stdout}${stderr}\nWhat would be deployed could not be built.`)
  const sizeKB = gzipSync(await readFile(join(folder, 'index.js'))).byteLength / 1000
  const size = `Bundle: ${sizeKB.toFixed(1)} KB gzipped, of ${budgetKB} KB`
  if (sizeKB > budgetKB)
    throw new Error(`${size}\nSee what has slipped in with \`wrangler deploy --dry-run --metafile\`.`)
  return size
})
