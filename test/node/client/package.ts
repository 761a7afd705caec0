import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { expect, it } from 'vitest'
import { root } from '../../../scripts/root'
import { app } from '../../../src/app'
import { documentOf } from '../../../src/openapi/document'
import type { Installed } from './installed'
import { scriptedServer } from './scripted-server'

const program = `import { Casework, NotFoundError, RateLimitError, type Case, type LogEntry } from 'casework-client'

const log = ({ status, body }: LogEntry) => console.log(status, body)
const casework = new Casework({ baseUrl: 'https://casework.example.com', apiKey: 'sk_…', logger: log })
const made: Case = await casework.cases.create({ residentName: 'Ada Example', summary: 'Pothole' })
for await (const { reference } of casework.cases.list({ status: 'open', archived: false })) reference.toUpperCase()
const [ward] = await casework.wards.list()
ward?.name.toUpperCase()
try {
  await casework.cases.update(made.id, { status: 'resolved' }, { ifMatch: String(made.version) })
} catch (error) {
  if (error instanceof RateLimitError) error.retryAfterSeconds.toFixed()
  else if (!(error instanceof NotFoundError)) throw error
}
// @ts-expect-error a summary is missing
await casework.cases.create({ residentName: 'Ada Example' })
// @ts-expect-error there is no such filter
casework.cases.list({ colour: 'red' })
`

const worker = `import { Casework } from 'casework-client'

export default {
  async fetch(request, env) {
    const casework = new Casework({ baseUrl: env.API, apiKey: 'sk_secret' })
    const made = await casework.cases.create({ residentName: 'Ada Example', summary: 'Pothole' })
    const error = await casework.cases.get('2').catch((thrown) => thrown)
    return Response.json({ made, error: error.name })
  },
}
`

const modules = [
  'errors',
  'generated/api',
  'index',
  'listing',
  'pacing',
  'resources',
  'retry-after',
  'signature',
  'transport',
]

/** What is in the tarball, and where it runs. */
export function describePackage(installed: () => Installed): void {
  it('holds the client and nothing else, and needs nothing', () => {
    const { packed } = installed()
    const files = readdirSync(packed, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const named = files.map(({ parentPath, name }) => relative(packed, join(parentPath, name)).replaceAll(sep, '/'))
    expect(named.sort()).toEqual(
      [
        'LICENSE',
        'README.md',
        ...modules.flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.d.ts.map`, `dist/src/${name}.ts`]),
        'dist/index.js',
        'dist/index.js.map',
        'package.json',
      ].sort(),
    )
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8'))
    expect({ dependencies, peerDependencies }).toEqual({})
    const sources = named
      .filter((name) => name.startsWith('dist/'))
      .map((name) => readFileSync(join(packed, name), 'utf8'))
    // Each module that is named, be it for its types only, is one of the package's own.
    expect(sources.join('\n').match(/(?:from|import\()\s*['"](?!\.)[^'"]*['"]/g)).toBeNull()
    expect(sources.join('\n')).not.toMatch(/\b(zod|hono)\b/i)
  })

  it('can do everything that the API can do with a key', async () => {
    const asked = new Set<string>()
    const fetch = async (url: unknown, { method }: RequestInit = {}) => {
      asked.add(`${method} ${new URL(String(url)).pathname.replace(/\/x(?=\/|$)/, '/{id}')}`)
      return Response.json([])
    }
    const { me, ...resources } = new (installed().client.Casework)({ baseUrl: 'http://localhost', apiKey: 'sk', fetch })
    const calls: ((id: string, body: object) => PromiseLike<unknown>)[] = Object.values(resources).flatMap(
      Object.values,
    )
    for (const call of [me, ...calls]) await call('x', {})

    const { paths }: { paths: object } = JSON.parse(JSON.stringify(documentOf(app)))
    const keyed = Object.entries(paths).filter(([path]) => /^\/api\/(?!public\/)/.test(path))
    const offered = keyed.flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect([...asked].sort()).toEqual(offered.sort())
  })

  it('is under 6 KB', () => {
    expect(gzipSync(readFileSync(installed().file)).length).toBeLessThan(6 * 1024)
  })

  it.each([
    ['nodenext', 'nodenext'],
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ])('has types that compile with module %s and moduleResolution %s', async (module, moduleResolution) => {
    const { folder } = installed()
    writeFileSync(join(folder, 'program.ts'), program)
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
      strict: true,
    }
    const options = { ...compilerOptions, skipLibCheck: false, exactOptionalPropertyTypes: true, noEmit: true }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['program.ts'] }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const said = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch((error: unknown) => error)
    expect(said).toMatchObject({ stdout: '' })
  })

  it('runs inside a Worker', async () => {
    const { folder } = installed()
    const stdin = { contents: worker, resolveDir: folder }
    const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', write: false })
    const server = await scriptedServer(({ method }) =>
      method === 'POST' ? { status: 201, body: { id: '1' } } : { status: 404, body: { error: 'Not found' } },
    )
    const runtime = new Miniflare({
      modules: true,
      script: outputFiles[0]?.text ?? '',
      compatibilityDate: '2026-04-20',
      bindings: { API: server.baseUrl },
    })
    try {
      const answer = await runtime.dispatchFetch('http://localhost/')
      expect(await answer.json()).toEqual({ made: { id: '1' }, error: 'NotFoundError' })
    } finally {
      await runtime.dispose()
      server.stop()
    }
  })
}
