import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { expect, it } from 'vitest'
import { app } from '../../../src/app'
import { documentOf } from '../../../src/openapi/document'
import type { Installed } from './installed'
import { scriptedServer } from './scripted-server'

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
  ...['attempt', 'base64', 'error-of', 'errors', 'generated/api', 'index', 'listing', 'options', 'pacing', 'pending'],
  ...['request', 'resources', 'retry', 'signature', 'transport', 'verbs', 'webhook-signature', 'webhooks'],
  'window',
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

  it('can do everything that the API can do', async () => {
    const asked = new Set<string>()
    const fetch = async (url: unknown, { method }: RequestInit = {}) => {
      asked.add(`${method} ${new URL(String(url)).pathname.replace(/\/x(?=\/|$)/, '/{id}')}`)
      return Response.json([])
    }
    const { me, health, request, ...resources } = new (installed().client.Casework)({
      baseUrl: 'http://localhost',
      apiKey: 'sk',
      fetch,
    })
    const calls: ((id: string, body: object) => PromiseLike<unknown>)[] = Object.values(resources).flatMap(
      Object.values,
    )
    for (const call of [me, health, ...calls]) await call('x', {})

    const { paths }: { paths: object } = JSON.parse(JSON.stringify(documentOf(app)))
    const known = Object.entries(paths).filter(([path]) => path.startsWith('/api/') || path === '/healthz')
    const offered = known.flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace('{tenant}', '{id}')}`),
    )
    expect(request).toBeTypeOf('function')
    expect([...asked].sort()).toEqual(offered.sort())
  })

  it('is under 8 KB gzipped', () => {
    const { length } = gzipSync(readFileSync(installed().file))
    console.log(`casework-client: ${length} bytes gzipped`)
    expect(length).toBeLessThan(8 * 1024)
  })

  it.each([
    ['isSigned', 2000],
    ['ConflictError', 2000],
  ])('a program that imports only %s bundles no more than that', async (name, most) => {
    const stdin = {
      contents: `import { ${name} } from 'casework-client'; console.log(${name})`,
      resolveDir: installed().folder,
    }
    const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: 'esm', write: false })
    const text = outputFiles[0]?.text ?? ''
    expect(text.length).toBeLessThan(most)
    expect(text).not.toContain('/api/')
  })

  it('leads from its code and its types to the sources that it holds', () => {
    const { packed } = installed()
    for (const map of ['dist/index.js.map', 'dist/index.d.ts.map', 'dist/signature.d.ts.map']) {
      const { sources } = JSON.parse(readFileSync(join(packed, map), 'utf8'))
      expect(sources.length).toBeGreaterThan(0)
      for (const source of sources) expect(existsSync(join(packed, 'dist', source)), `${map}: ${source}`).toBe(true)
    }
  })

  it('has a README without links that lead nowhere', () => {
    const { packed } = installed()
    const text = readFileSync(join(packed, 'README.md'), 'utf8')
    const targets = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, to]) => to ?? '')
    const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(
      ([, title = '']) => `#${title.toLowerCase().replaceAll(' ', '-')}`,
    )
    expect(targets.length).toBeGreaterThan(0)
    for (const to of targets)
      expect(/^https:/.test(to) || anchors.includes(to) || existsSync(join(packed, to)), to).toBe(true)
  })

  it('says its name and version to the gateway', async () => {
    const server = await scriptedServer([{ status: 200 }])
    await new (installed().client.Casework)({ baseUrl: server.baseUrl, apiKey: 'sk' }).me()
    server.stop()
    const { version } = JSON.parse(readFileSync(join(installed().packed, 'package.json'), 'utf8'))
    expect(server.arrivals[0]?.headers['user-agent']).toBe(`casework-client/${version}`)
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
