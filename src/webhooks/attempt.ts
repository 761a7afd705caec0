import { secondsOfRetryAfter } from '../domain/retry-after'
import { signWebhook } from '../domain/webhook-signature'
import type { Outcome } from '../domain/webhooks'
import { refusalOfAddress, type Surroundings } from './guard'

/** An attempt's result. */
export interface Attempt {
  outcome: Outcome
  /** The HTTP status; null where none came. */
  status: number | null
  ms: number
  /** What a `Retry-After` asks for, in seconds. */
  retryAfterSeconds?: number | undefined
}

/** A message to be sent. */
export interface Message {
  /** The change's id: the same at every attempt. */
  id: string
  event: string
  /** JSON, as it is signed and sent. */
  body: string
}

/** An address, and what signs what is sent there. */
export interface Receiver extends Surroundings {
  url: string
  /** The secret, and the one before it while that still signs. */
  secrets: readonly string[]
  /** Deadline of the answer's status line, in milliseconds. */
  timeoutMs: number
}

/** Statuses from 400 on that say nothing about the message: worth another try as it is. */
const passing = [408, 425, 429]

/**
 * Sends one message as Standard Webhooks 1.0 says, and reports what came of it; never throws. The answer's body is not
 * read, and a redirect is not followed.
 *
 * @param deliveryId the id of this attempt
 */
export async function attempt(message: Message, receiver: Receiver, deliveryId: string): Promise<Attempt> {
  const startedAt = Date.now()
  const since = () => Date.now() - startedAt
  if (refusalOfAddress(receiver.url, receiver) !== undefined) return { outcome: 'unreachable', status: null, ms: 0 }
  const timestamp = String(Math.floor(startedAt / 1000))
  const signed = { id: message.id, timestamp, body: message.body }
  const signatures = await Promise.all(receiver.secrets.map((secret) => signWebhook(signed, secret)))
  try {
    const response = await fetch(receiver.url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'casework-gateway',
        'webhook-id': message.id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signatures.join(' '),
        'X-Casework-Event': message.event,
        'X-Casework-Delivery': deliveryId,
      },
      body: message.body,
      redirect: 'manual',
      // Its own: the request that woke the sender may be over.
      signal: AbortSignal.timeout(receiver.timeoutMs),
    })
    const ms = since()
    await response.body?.cancel().catch(() => undefined)
    const { status, headers } = response
    const outcome = outcomeOf(status)
    const retryAfterSeconds = outcome === 'delivered' ? undefined : secondsOfRetryAfter(headers.get('Retry-After'))
    return { outcome, status, ms, retryAfterSeconds }
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError'
    return { outcome: isTimeout ? 'timeout' : 'unreachable', status: null, ms: since() }
  }
}

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return 'delivered'
  if (status >= 300 && status < 400) return 'redirected'
  if (status === 410) return 'gone'
  return status >= 400 && status < 500 && !passing.includes(status) ? 'refused' : 'failed'
}
