import { readFile } from 'node:fs/promises'
import { builtinModules, isBuiltin } from 'node:module'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { runWrangler } from '../../scripts/operator/wrangler'
import { root } from '../../scripts/root'

/** The gateway's script exactly as `npm run deploy` would upload it. */
export async function bundleGateway(folder: string): Promise<string> {
  const { code, stdout, stderr } = await runWrangler(['deploy', '--dry-run', '--outdir', folder])
  if (code !== 0) throw new Error(`${stdout}${stderr}\nThe gateway could not be built.`)
  return readFile(join(folder, 'index.js'), 'utf8')
}

/** A Worker of `bench/workers` as one minified script, with the packages of `bench/package.json`. */
export async function bundleWorker(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'bench/workers', `${name}.ts`)],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser', 'import'],
    mainFields: ['module', 'main'],
    external: ['cloudflare:*', 'node:*'],
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [nodeModules, computedImports],
    logLevel: 'error',
  })
  const [file] = outputFiles
  if (!file) throw new Error(`${name} could not be built`)
  return file.text
}

/** Modules of Node by their old names, also for `require`: workerd has them as `node:…` and for `import` only. */
const nodeModules: Plugin = {
  name: 'node-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(node:)?(${builtinModules.join('|')})$`) }, ({ path, kind }) =>
      isBuiltin(path) && (kind === 'require-call' || !path.startsWith('node:'))
        ? { path: path.replace(/^node:/, ''), namespace: 'node-module' }
        : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'node-module' }, ({ path }) => ({
      contents: `export * from 'node:${path}'; export { default } from 'node:${path}'`,
    }))
  },
}

/** rate-limiter-flexible computes the name of drizzle-orm, so that bundlers miss it, and then does not find it in workerd. */
const computedImports: Plugin = {
  name: 'computed-imports',
  setup({ onLoad }) {
    onLoad({ filter: /RateLimiterDrizzle\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const computed = 'await import(/* @vite-ignore */ specifier)'
      if (!text.includes(computed)) throw new Error(`${path} no longer computes what it imports: adapt the benchmark`)
      return {
        contents: text.replace(
          computed,
          `await (specifier === 'drizzle-orm' ? import('drizzle-orm') : import('drizzle-orm/sql'))`,
        ),
      }
    })
  },
}
