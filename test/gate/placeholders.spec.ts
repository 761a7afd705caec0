import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { build, exactlyOne, placeholder, statement } from '../../src/db/query'
import { openGate } from '../../src/gate/gate'
import { identifier } from '../../src/gate/identify'
import { makeKey, makeTenant } from '../support/tenants'

/** A query with values of its own, under names that the gate binds as well. */
const echo = exactlyOne(
  statement(
    build
      .select({
        hash: sql<string>`${placeholder('hash')}`.as('own_hash'),
        limit: sql<number>`${placeholder('limit')}`.as('own_limit'),
        scope: sql<string>`${placeholder('scope')}`.as('own_scope'),
        route: sql<string>`${placeholder('route')}`.as('own_route'),
      })
      .from(sql`(select 1)`),
  ),
)

test('a query’s values are its own, whatever the gate binds', async () => {
  const { key } = await makeKey(await makeTenant(), { limit: 5, windowSeconds: 60 })
  const idempotency = { key: 'once', route: 'POST /api/cases', requestHash: 'none' }
  const requirement = { plan: 'pro', scope: 'cases:read' } as const
  const caller = identifier(env, key, new Headers())
  const gate = openGate({ env, meter: newMeter(), requestId: 'request', caller, requirement, idempotency })

  const { own } = await gate.read({ hash: 'mine', limit: 7, scope: 'ward', route: 'north' }, { own: echo })

  expect(own).toEqual({ hash: 'mine', limit: 7, scope: 'ward', route: 'north' })
  expect(gate.rateLimit).toMatchObject({ limit: 5, remaining: 4 })
})

test('a query without one of its values cannot be sent, and says which', async () => {
  const own = echo.bind({ hash: 'mine', limit: 7, route: 'north' })
  await expect(runBatch(env.DB, newMeter(), { own })).rejects.toThrow('No value for placeholder "scope" was provided')
})
