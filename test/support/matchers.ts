import { expect } from 'vitest'

/** Status and body of an answer. */
interface Expected {
  status: number
  body: unknown
}

/**
 * `await expect(response).toAnswer(404, { error: 'Not found' })`, or `.toAnswer({ status, body })`: status, whole body
 * and JSON content type of an answer, or of a promise of one. The response can still be read afterwards, and the body
 * may hold asymmetric matchers, as for `toEqual`.
 */
expect.extend({
  async toAnswer(received: Response | Promise<Response>, status: number | Expected, body?: unknown) {
    const response = await received
    const type = 'application/json'
    const expected = typeof status === 'number' ? { status, body, type } : { ...status, type }
    const text = await response.clone().text()
    const actual = { status: response.status, body: read(text), type: response.headers.get('Content-Type') }
    return {
      pass: this.equals(actual, expected, [...this.customTesters]),
      message: () => `The answer is ${this.isNot ? '' : 'not '}what was expected`,
      actual,
      expected,
    }
  },
})

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

declare module 'vitest' {
  interface Matchers<T> {
    /** Asserts the status and the whole JSON body of a response. */
    toAnswer: ((status: number, body: unknown) => Promise<T>) &
      ((answer: { status: number; body: unknown }) => Promise<T>)
  }
}
