import { type Answered, attemptOnce } from './attempt.js'
import { type CaseworkError, type Failure, RateLimitError, ServerError } from './errors.js'
import { type Options, type Settings, settingsOf } from './options.js'
import { pacer } from './pacing.js'
import { type Call, requestOf } from './request.js'
import { isTransient, longestMs, mostRetries, sleep, waitMs } from './retry.js'

export type Send = <T>(call: Call) => Promise<Answered<T>>

/**
 * Sends a client's requests: paces them, retries what may be retried, and turns the rest into errors. Throws a
 * `TypeError` for a `baseUrl` or `apiKey` that cannot be one.
 */
export function transport(options: Options | undefined): Send {
  const settings = settingsOf(options)
  const { logger, onRateLimit, maxWaitMs } = settings
  const pace = pacer()

  return async function send<T>(call: Call): Promise<Answered<T>> {
    const request = requestOf(settings, call)
    const { method, path, signal, isRepeatable, isCounted } = request
    const retries = isRepeatable ? Math.min(request.maxRetries, mostRetries) : 0
    const turn = {
      signal,
      maxWaitMs,
      onWait: (ms: number, remaining: number) => logger?.({ event: 'waiting', method, path, waitMs: ms, remaining }),
      tooLong: (ms: number) => noneLeft({ method, path }, ms, maxWaitMs),
    }
    for (let attempt = 0; ; attempt++) {
      const flight = isCounted ? await pace.start(turn) : undefined
      const outcome = await attemptOnce<T>(settings, request)
      if (flight) pace.done(flight, outcome.limit, 'answer' in outcome)
      if (outcome.limit) onRateLimit?.(outcome.limit)
      if ('answer' in outcome) return outcome.answer
      signal?.throwIfAborted()
      const { error, body, retryAfterSeconds } = outcome
      const isAgain = isTransient(error) && attempt < retries
      const retryInMs = isAgain ? waitMs(attempt, retryAfterSeconds) : undefined
      const isTooLong = retryInMs !== undefined && retryInMs > maxWaitMs
      const { status, requestId } = error
      const next = isTooLong ? undefined : retryInMs
      logger?.({ event: 'failed', method, path, status, attempt, body, requestId, retryInMs: next })
      if (isTooLong) throw notWaitedFor(error, retryInMs, settings)
      if (retryInMs === undefined) throw error
      await sleep(Math.min(retryInMs, longestMs), signal)
    }
  }
}

function noneLeft(failure: Failure, ms: number, maxWaitMs: number): RateLimitError {
  const retryAfterSeconds = Math.ceil(ms / 1000)
  const message = `Not sent: the rate limit is used up for ${retryAfterSeconds} s, longer than maxWaitMs (${maxWaitMs})`
  return new RateLimitError(message, { ...failure, retryAfterSeconds })
}

/** The error of an attempt, saying why there was no other. */
function notWaitedFor(error: CaseworkError, ms: number, { maxWaitMs }: Settings): CaseworkError {
  const message = `${error.message} (not retried: a wait of ${Math.ceil(ms / 1000)} s is longer than maxWaitMs, ${maxWaitMs})`
  const { method, path, status, requestId, details, cause } = error
  const failure = { method, path, status, requestId, details, cause }
  if (error instanceof RateLimitError) {
    return new RateLimitError(message, { ...failure, retryAfterSeconds: error.retryAfterSeconds })
  }
  if (error instanceof ServerError) {
    return new ServerError(message, { ...failure, retryAfterSeconds: error.retryAfterSeconds })
  }
  return error
}
