import { isSignedWebhook } from '../../src/domain/webhook-signature.js'
import type { WebhookMessage } from './generated/api.js'

/** Headers of a request: of `fetch`, or of a server whose headers are an object with names in lower case. */
export type WebhookHeaders = Headers | Record<string, string | readonly string[] | undefined>

/** Allowed difference between the sender's clock and ours, in seconds: older messages may be repeats by somebody else. */
const toleranceSeconds = 5 * 60

/** A message that the gateway has not sent, or not to this secret, or not now: answer 400 and do nothing. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError'
}

/**
 * Verifies a webhook's message (Standard Webhooks 1.0) and returns it: signed with the secret, in constant time, and at most
 * five minutes old or early. While a secret is replaced messages carry two signatures, so that either secret verifies them.
 *
 * @param rawBody the request's body as it arrived: text or bytes, before anything has parsed it
 * @param secret `whsec_…`, as shown when the webhook was created or its secret rotated
 * @param now milliseconds since 1970
 * @throws WebhookVerificationError for a message that cannot be trusted
 * @throws TypeError for text that is not a secret
 *
 * @example
 * const message = await verifyWebhook(await request.text(), request.headers, process.env.CASEWORK_WEBHOOK_SECRET)
 */
export async function verifyWebhook(
  rawBody: string | Uint8Array | ArrayBuffer,
  headers: WebhookHeaders,
  secret: string,
  now: number = Date.now(),
): Promise<WebhookMessage> {
  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const signature = headerOf(headers, 'webhook-signature')
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookVerificationError('webhook-timestamp is not a time')
  const body = typeof rawBody === 'string' ? rawBody : new Uint8Array(rawBody)
  if (!(await isSignedWebhook({ id, timestamp, body }, signature, secret))) {
    throw new WebhookVerificationError('No signature of this secret: is it the raw body, and the right secret?')
  }
  if (Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds) {
    throw new WebhookVerificationError('The message is more than five minutes old or early: is this clock right?')
  }
  return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body))
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name]
  if (typeof value !== 'string' || value === '') throw new WebhookVerificationError(`The header ${name} is missing`)
  return value
}
