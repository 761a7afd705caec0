import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

dropNoise()

export default defineConfig(async () => ({
  test: {
    // The request log is what `observe` is tested for; on the terminal it would bury the results.
    onConsoleLog: (line: string) => !line.startsWith('{"time"'),
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              // A second cell, and the statements that both are made with.
              d1Databases: ['DB', 'DB_1'],
              bindings: {
                TEST_MIGRATIONS: await readD1Migrations('./migrations'),
                SERVER_TIMING: 'true',
                IP_HASH_SECRET: 'a secret for tests only',
              },
            },
          }),
        ],
        test: {
          name: 'workerd',
          include: ['test/**/*.test.ts'],
          exclude: ['test/node/**', 'test/browser/**'],
          setupFiles: ['test/support/migrate.ts'],
          // The first request of a file loads the whole Worker, which takes seconds on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        test: { name: 'node', include: ['test/node/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/serve.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
}))

/** What workerd says whenever a test file ends and its runtime is put away. The pool lets it through. */
function dropNoise(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream)
    stream.write = (chunk: string | Uint8Array, ...rest: never[]) =>
      String(chunk).startsWith('exception = ') || write(chunk, ...rest)
  }
}
