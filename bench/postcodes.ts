/**
 * What the importer costs on a file of the official size: 2.7 million made-up lines of 41 columns and 300 councils, over
 * a gigabyte, of which one council's are kept.
 *
 *   npm run bench:postcodes
 */
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const lines = 2_700_000
const councils = 300
const fillers = 34
const letters = [...'ABDEFGHJLNPQRSTUWXYZ']

/** The n-th postcode: no two are the same. */
function postcode(n: number): string {
  const letter = (every: number) => letters[Math.floor(n / every) % 20]
  const area = letter(20 ** 2 * 10 * 99 * 20)
  return `${area}${letter(20 ** 2 * 10 * 99)}${1 + (Math.floor(n / 4000) % 99)} ${Math.floor(n / 400) % 10}${letter(20)}${letter(1)}`
}

function* file(): Generator<string> {
  const names = Array.from({ length: fillers }, (_, i) => `"filler${i}"`)
  yield `\uFEFF"pcd7","pcd8","pcds","dointr","doterm","lad25cd","wd25cd",${names}\r\n`
  const filled = Array.from({ length: fillers }, () => '"E99999999"').join(',')
  for (let n = 0; n < lines; n++) {
    const [name, council] = [postcode(n), Math.floor((n * councils) / lines)]
    const codes = `"E06${String(council).padStart(6, '0')}","E05${String(council * 20 + (n % 20)).padStart(6, '0')}"`
    yield `"${name}","${name}","${name}","198001","${n % 3 === 0 ? '200106' : ''}",${codes},${filled}\r\n`
  }
}

/** Runs a program to its end, showing what it writes. */
function run(...args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, CASEWORK_STATE: join(folder, 'state') }
    spawn(process.execPath, ['--import', 'tsx', ...args], { stdio: 'inherit', env })
      .on('error', reject)
      .on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(' ')} ended with ${code}`))))
  })
}

const sayPeak =
  'data:text/javascript,process.on("exit",()=>console.error("Peak memory: "+Math.round(process.resourceUsage().maxRSS/1024)+" MB"))'

const folder = await mkdtemp(join(tmpdir(), 'casework-bench-'))
try {
  const path = join(folder, 'ONSPD_MADE_UP.csv')
  await pipeline(Readable.from(file()), createWriteStream(path))
  console.error(`${path}: ${Math.round((await stat(path)).size / 1e6)} MB`)
  const tenant = '--slug bench --name Bench --plan pro --council-code E06000150'
  await run('scripts/operator/tenants.ts', 'create', ...tenant.split(' '))
  const beganAt = Date.now()
  await run('--import', sayPeak, 'scripts/operator/postcodes.ts', 'import', path)
  const seconds = (Date.now() - beganAt) / 1000
  console.error(`${seconds.toFixed(1)} s, ${Math.round(lines / seconds)} lines a second`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
