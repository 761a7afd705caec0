import type { Answered } from './attempt.js'
import type { Call } from './request.js'
import type { Send } from './transport.js'

/** A call under way: await it for its data, or `withResponse()` for status, headers, ETag and request id, too. */
export interface Pending<T> extends Promise<T> {
  withResponse(): Promise<Answered<T>>
}

/** Sends a call. What is thrown while it is made rejects it, as what is thrown later does. */
export function pending<T>(send: Send, make: () => Call): Pending<T> {
  const answered = (async () => send<T>(make()))()
  const data = answered.then((answer) => answer.data)
  const withResponse = () => {
    // The caller looks after this one, so the other is no failure that nobody has caught.
    data.catch(() => {})
    return answered.then((answer) => answer)
  }
  return Object.assign(data, { withResponse })
}
