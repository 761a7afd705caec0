import { env } from 'cloudflare:workers'

// In one batch per cell: every test file starts with empty databases, and statement by statement would take seconds.
const statements = env.TEST_MIGRATIONS.flatMap(({ queries }) => queries)
await Promise.all([env.DB, env.DB_1].map((d1) => d1.batch(statements.map((statement) => d1.prepare(statement)))))
