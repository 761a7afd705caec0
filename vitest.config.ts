import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'

export default defineConfig(async () => ({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              // A second cell, and the statements that both are made with.
              d1Databases: ['DB', 'DB_1'],
              bindings: { TEST_MIGRATIONS: await readD1Migrations('./migrations'), SERVER_TIMING: 'true' },
            },
          }),
        ],
        test: {
          name: 'workerd',
          include: ['test/**/*.test.ts'],
          exclude: ['test/node/**'],
          setupFiles: ['test/support/migrate.ts'],
          onConsoleLog: (line: string) => !line.startsWith('{"time"'),
        },
      },
      {
        test: { name: 'node', include: ['test/node/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
    ],
  },
}))
