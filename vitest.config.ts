import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

dropNoise()

/** The tests that run in workerd with two D1 databases, from an entry per suite or spec by spec. */
async function inWorkerd(name: string, include: string[], exclude: string[] = []) {
  return {
    plugins: [
      cloudflareTest({
        wrangler: { configPath: './wrangler.toml' },
        miniflare: {
          // A second cell, and the statements that both are made with.
          d1Databases: ['DB', 'DB_1'],
          // Bound to the gateway as `SHIELD` by the tests of it only.
          ratelimits: { TEST_SHIELD: { simple: { limit: 3, period: 60 } } },
          bindings: {
            TEST_MIGRATIONS: await readD1Migrations('./migrations'),
            SERVER_TIMING: 'true',
            IP_HASH_SECRET: 'a secret for tests only',
            WEBHOOK_KEY: 'a key for tests only of 32 characters',
            CONSOLE_SECRET: 'a secret of the console for tests only',
            // For a longer run of the hostile requests.
            ...(process.env.HOSTILE_RUNS && { HOSTILE_RUNS: process.env.HOSTILE_RUNS }),
            ...(process.env.HOSTILE_SEED && { HOSTILE_SEED: process.env.HOSTILE_SEED }),
          },
        },
      }),
    ],
    test: {
      name,
      include,
      exclude,
      setupFiles: ['test/support/migrate.ts', 'test/support/matchers.ts'],
      // The first request of a file loads the whole Worker, which takes seconds on a busy machine.
      testTimeout: 30_000,
      hookTimeout: 60_000,
    },
  }
}

/** The tests that start programs. */
const inNode = (name: string, include: string[], exclude: string[] = []) => ({
  test: { name, include, exclude, testTimeout: 240_000, hookTimeout: 240_000 },
})

const quick = ['test/node/start.spec.ts', 'test/node/client.spec.ts']
const bounds = 'test/suites/{bounds,retention}.test.ts'
const reliability = 'test/suites/{faults,hostile,isolation}.test.ts'
const elsewhere = ['test/node/**', 'test/browser/**']

export default defineConfig(async () => ({
  test: {
    // Half of these tests wait for D1, so that one worker leaves the second core idle.
    maxWorkers: 2,
    // The Worker's request log and error log are JSON; on the terminal they would bury the results.
    onConsoleLog: (line: string) => !line.startsWith('{"'),
    projects: [
      await inWorkerd('workerd', ['test/suites/*.test.ts'], [bounds, reliability]),
      // A minute or two, so they run with the slow ones.
      await inWorkerd('bounds', [bounds]),
      await inWorkerd('reliability', [reliability]),
      // One file by itself, for whoever works on it; never all at once.
      await inWorkerd('spec', ['test/**/*.spec.ts'], elsewhere),
      { test: { name: 'unit', include: ['test/**/*.unit.ts'], isolate: false, testTimeout: 30_000 } },
      inNode('node', quick),
      inNode('slow', ['test/node/**/*.spec.ts'], quick),
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.spec.ts'],
          globalSetup: 'test/browser/serve.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
}))

/**
 * Drops what workerd writes whenever a test file ends and its runtime is put away, and of headers that are odd on
 * purpose. The pool lets it through; on a terminal vitest puts it together with lines of its own.
 */
function dropNoise(): void {
  const noise = /^(exception = |A header value for |Sourcemap for .*standardwebhooks).*(\n|$)/gm
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream)
    stream.write = (chunk: string | Uint8Array, ...rest: never[]) => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
      const kept = text.replace(noise, '')
      return kept === text ? write(chunk, ...rest) : write(kept, ...rest)
    }
  }
}
