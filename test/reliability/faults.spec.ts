import { afterAll, describe, expect, test } from 'vitest'
import { d1Errors } from '../support/d1-errors'
import { expectDocumented } from '../support/documented'
import { type Scene, tryFaults } from '../support/fault-scenes'
import { faults, sources } from '../support/faults'
import { faultSuite } from '../support/faults-suite'
import { arrange, isReplayable, keyedOperations, type Operation } from '../support/routes'

const operations = keyedOperations()
const { worker, tally } = faultSuite()

afterAll(() => {
  const listed = sources().map(([source, errors]) => `${errors?.length} ${source}`)
  console.info(
    `D1 errors: ${d1Errors.length} (${listed.join(', ')}); faults with hangs, before and after: ${faults.length}`,
  )
  console.info(
    `Faults of keyed operations: ${tally.requests} requests, ${tally.scenes} operations, ${tally.sites} calls of D1`,
  )
})

/** An operation's own request, which succeeds. */
function sceneOf(operation: Operation): Scene {
  const { method, path, success } = operation
  return {
    what: `${method} ${path}`,
    success,
    isCounted: true,
    async arrange() {
      const { tenant, admin, body, path: address } = await arrange(operation)
      const headers = {
        Authorization: `Bearer ${admin.key}`,
        ...(body && { 'Content-Type': 'application/json' }),
        ...(isReplayable(operation) && { 'Idempotency-Key': 'once' }),
      }
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
      return {
        tenantId: tenant.id,
        request: () => new Request(`https://gateway.example${address}`, init),
        secrets: [admin.key, admin.hash],
      }
    },
    async expectAnswer(response) {
      if (response.status >= 500) await expectEnvelope(response.clone())
      await expectDocumented(method, path, response)
    },
    ...(isReplayable(operation) && {
      expectAgain(response) {
        expect([response.status, response.headers.get('Idempotency-Replayed')]).toEqual([success, 'true'])
      },
    }),
  }
}

async function expectEnvelope(response: Response): Promise<void> {
  const requestId = response.headers.get('X-Request-Id')
  const body =
    response.status === 503
      ? { error: 'Temporarily unavailable, please retry' }
      : { error: 'Internal server error', details: { requestId } }
  expect(await response.json()).toEqual(body)
}

describe.each(operations.map((operation, turn) => ({ ...operation, turn })))('$method $path', (operation) => {
  test('is refused in the one shape, and is written once or not at all, whatever D1 does', {
    timeout: 120_000,
  }, async () => {
    await tryFaults(sceneOf(operation), worker, operation.turn, tally)
  })
})

test('Every keyed operation of the document has been tried, each at the calls that it makes', () => {
  expect(tally.scenes).toBe(operations.length)
  expect(tally.sites).toBeGreaterThan(operations.length)
})
