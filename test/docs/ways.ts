import { type Documented, documented, scriptOf, scripts, wordsOf } from './commands'
import { readPage } from './pages'

/**
 * How a documented command is tried:
 *
 * - `run`: as it is, on a copy of local databases that hold what the pages speak of;
 * - `serve`: as it is, against a gateway that `npm start` has started;
 * - `account`: as it is, with a stand-in for wrangler that keeps an account in a file;
 * - `parse`: its program takes it as it is, and is stopped before it acts: it needs a deployed database, or minutes;
 * - `list`: vitest finds the tests that it would run;
 * - `help`: its program's help has every option: it acts on an account, on this folder or for minutes;
 * - `named`: a sentence speaks of a script or a subcommand, without what it needs: there is one;
 * - a file: that is where it runs, and the unit test looks whether it does.
 */
export type Way = 'run' | 'serve' | 'account' | 'parse' | 'list' | 'help' | 'named' | { in: string; as: string }

/** Commands that run elsewhere in earnest: where, and by which words. */
const elsewhere: [pattern: RegExp, file: string, words: string][] = [
  [/^(PORT=\d+ )?npm start$/, 'test/node/start-place.ts', "start('npm', ['start'"],
  [/^npm run start:proxied$|^PROXIED=.* npm start$/, 'test/node/start-proxied.spec.ts', 'scripts/dev/start-proxied.ts'],
  [/^npm ci$/, 'scripts/dev/install.mjs', "'ci'"],
  [/^npm pack -w client$|^npm run client:build$/, 'test/node/client/installed.ts', "'pack', '-w', 'client'"],
  [/^npm install \.\/casework-client-[\d.]+\.tgz$/, 'test/node/client/installed.ts', "'install'"],
  [/^export CASEWORK_API_KEY=sk_…$/, 'test/node/client/errors.ts', 'CASEWORK_API_KEY'],
  [/^cp \.dev\.vars\.example \.dev\.vars$/, 'test/docs/configuration.unit.ts', '.dev.vars.example'],
  [/^npm audit --omit=dev$/, '.github/workflows/ci.yml', 'npm audit --omit=dev'],
]

/** Everything else that is no script of this project's: the first pattern that fits says how. */
const others: [pattern: RegExp, way: Way][] = [
  [/^(?:[A-Z_]+=\S+ )*npx vitest run /, 'list'],
  [/^npx (wrangler|biome|drizzle-kit) /, 'help'],
  [/^openssl rand -base64 32 \| npx wrangler secret put /, 'help'],
  [/^printf .* \| openssl dgst /s, 'run'],
  [/^curl /, 'serve'],
  [/^git (clone|pull|checkout wrangler\.toml)$/, 'help'],
  [/^npm run --silent$|^npm --prefix bench run check$/, 'named'],
]

/** Operators' commands: those that act on databases, and those that act on an account. */
const onState = /^(tenants|users|keys|counters|retention|residents|postcodes|status|usage)$/
const onAccount = /^(deploy|cells|backup|restore)$/

/** How a command is tried. Throws where nothing says how. */
export function wayOf({ text, page, line }: Pick<Documented, 'text' | 'page' | 'line'>): Way {
  const [, file, words] = elsewhere.find(([pattern]) => pattern.test(text)) ?? []
  if (file !== undefined && words !== undefined) return { in: file, as: words }
  const way = wayOfScript(text) ?? others.find(([pattern]) => pattern.test(text))?.[1]
  if (way) return way
  throw new Error(`${page}:${line}: nothing tries "${text}". Say how in test/docs/ways.ts, or correct the page`)
}

function wayOfScript(text: string): Way | undefined {
  const { script, args } = scriptOf(text) ?? {}
  if (script === undefined || args === undefined || !(script in scripts)) return
  if (readPage('.ci/run').includes(`step ${text}\n`)) return { in: '.ci/run', as: `step ${text}` }
  if (scripts.check?.includes(`npm run -s ${script} `)) return { in: 'package.json', as: `npm run -s ${script} ` }
  // What writes a file is run by the check of that file.
  const generated = `"tsx ${scripts[script]?.slice('tsx '.length)} --check"`
  if (readPage('package.json').includes(generated)) return { in: 'package.json', as: generated }
  if (scripts[script]?.startsWith('vitest')) return 'list'
  if (/^(migrate|seed|status)$/.test(script)) return args.length === 0 ? 'run' : 'parse'
  if (isOnlyNamed(script, args)) return 'named'
  if (onAccount.test(script)) return 'account'
  if (args.includes('--remote') || args.includes('--env')) return 'parse'
  if (onState.test(script)) return 'run'
  if (script === 'walk') return 'serve'
  if (/^(soak|demo:fill|webhooks:listen)$/.test(script)) return 'parse'
  // Its packages are installed only when it runs, so that it cannot be started for its options.
  return script === 'bench' ? 'help' : undefined
}

/** `npm run postcodes -- import` in a sentence, without the file that it needs. */
function isOnlyNamed(script: string, args: string[]): boolean {
  const [subcommand = '', ...more] = args
  if (args.length === 0) return true
  const needsNothing =
    /^(-.*|check|repair)$/.test(subcommand) || (subcommand === 'list' && /^(tenants|postcodes)$/.test(script))
  return (onState.test(script) || onAccount.test(script)) && more.length === 0 && !needsNothing
}

/** The options that a command gives, as they are named: `--out` of `--out=file`. */
export const optionsOf = (text: string) =>
  wordsOf(text).flatMap((word) => (/^--[a-z]/.test(word) ? [word.replace(/=.*/s, '')] : []))

/** The commands that are tried in one way, each once. */
export const triedBy = (way: Way): Documented[] => [
  ...new Map(documented.filter((one) => wayOf(one) === way).map((one) => [one.text, one])).values(),
]
