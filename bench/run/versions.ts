import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/root'

const own = ['hono', 'drizzle-orm', 'wrangler', 'workerd'] as const
const installed = [
  'better-auth',
  '@better-auth/api-key',
  'rate-limiter-flexible',
  'hono-rate-limiter',
  'autocannon',
] as const

/** The versions of what was measured and of what measured it. */
export function versions(): string {
  const named = (folder: string) => (name: string) => `${name} ${versionIn(join(root, folder, name, 'package.json'))}`
  return [
    `Node ${process.versions.node}`,
    ...own.map(named('node_modules')),
    ...installed.map(named('bench/node_modules')),
  ].join(', ')
}

function versionIn(file: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  return version
}
