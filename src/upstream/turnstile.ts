import { z } from 'zod'
import { type Env, settingsOf } from '../settings'

const checkUrl = 'https://challenges.cloudflare.com/turnstile/v0/siteverify'

const timeoutMs = 3000

const Verdict = z.object({ success: z.boolean() })

/**
 * Cloudflare Turnstile's verdict on a message's token, for its evidence. Undefined where the check is
 * not set up, or does not answer: a resident's message must not depend on it.
 *
 * @param messageId a UUID: asked about one message twice, Cloudflare says the same twice, although a token is good only once
 * @see https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
 */
export async function turnstileVerdict(
  env: Env,
  token: string | undefined,
  messageId: string,
  ask: typeof fetch = (input, init) => fetch(input, init),
): Promise<'passed' | 'failed' | undefined> {
  const { turnstile } = settingsOf(env)
  if (!turnstile) return
  if (!token) return 'failed'
  try {
    const answer = await ask(checkUrl, {
      method: 'POST',
      body: new URLSearchParams({ secret: turnstile.secret, response: token, idempotency_key: messageId }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    return Verdict.parse(await answer.json()).success ? 'passed' : 'failed'
  } catch {
    return
  }
}
