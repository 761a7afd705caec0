import { newMeter, runBatch } from '../db/batch'
import { databaseCauseOf } from '../db/database-error'
import { dueEndpoints } from '../db/webhooks/claim'
import { type DueEndpoint, databaseOf, databasesOf, type Env, settingsOf } from '../settings'
import { type Clock, drain, realClock } from './sender'

/** Time after which a scheduled run begins nothing more, in milliseconds: the next one is due a minute later. */
const longestMs = 50_000

/** Endpoints that are sent to at the same time: a Worker may have six connections open. */
const atOnce = 6

/** The longest delay of a queue's message, in seconds. */
const longestDelay = 43_200

/**
 * Sends to every endpoint that has something to send, in all cells, or hands them to the queue where there is one. An idle
 * cell costs one trip and writes nothing. Never throws: faults are logged.
 */
export async function deliverDue(env: Env, clock: Clock = realClock): Promise<void> {
  const until = clock.now() + longestMs
  await Promise.all(
    databasesOf(env).map(async ({ cell, d1 }) => {
      try {
        await deliverTo(env, cell, await findDue(env, d1), until, clock)
      } catch (error) {
        const time = new Date(clock.now()).toISOString()
        clock.log(JSON.stringify({ time, job: 'webhooks', cell, cause: databaseCauseOf(error) }))
      }
    }),
  )
}

/** Endpoints of a cell that may have something to send. */
async function findDue(env: Env, d1: D1Database): Promise<string[]> {
  const { due } = await runBatch(d1, newMeter(), { due: dueEndpoints.bind({}) }, settingsOf(env).d1DeadlineMs)
  return due.map(({ id }) => id)
}

/** Sends to these endpoints, some at a time, or hands them to the queue where there is one. */
export async function deliverTo(
  env: Env,
  cell: number,
  endpointIds: string[],
  until: number,
  clock: Clock = realClock,
): Promise<void> {
  const d1 = databaseOf(env, cell)
  if (!d1 || endpointIds.length === 0) return
  const left = [...endpointIds]
  if (env.WEBHOOK_QUEUE) {
    while (left.length > 0) {
      await env.WEBHOOK_QUEUE.sendBatch(left.splice(0, 100).map((endpointId) => ({ body: { cell, endpointId } })))
    }
    return
  }
  const work = async () => {
    for (let id = left.shift(); id !== undefined && clock.now() < until; id = left.shift()) {
      await drain({ env, d1, cell }, id, until, clock)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

/** Sends to the endpoints that a queue's messages name, and asks the queue again for what is left of them. */
export async function deliverQueued(
  messages: readonly { body: DueEndpoint }[],
  env: Env,
  clock: Clock = realClock,
): Promise<void> {
  const until = clock.now() + longestMs
  await Promise.all(
    messages.map(async ({ body: { cell, endpointId } }) => {
      const d1 = databaseOf(env, cell)
      if (!d1) return
      const left = await drain({ env, d1, cell }, endpointId, until, clock)
      if (left.state === 'nothing') return
      const delaySeconds = left.state === 'waiting' ? Math.min(Math.ceil(left.waitMs / 1000), longestDelay) : 0
      await env.WEBHOOK_QUEUE?.send({ cell, endpointId }, { delaySeconds })
    }),
  )
}
