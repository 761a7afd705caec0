import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { count, keep, type Ledger } from './ledger'

/** An answer; `status` 0 is none. */
export interface Answer {
  status: number
  replayed: boolean
  body: string
}

export interface Sent {
  method?: 'GET' | 'POST' | 'PATCH'
  path: string
  /** Name of the window that counts it. */
  window: string
  headers: Record<string, string>
  json?: object
}

/** Longest wait for an answer: longer than the Worker's own deadline. */
const patienceMs = 20_000

/** Sends requests to one port and keeps in a ledger how each of them went. */
export function sender(port: number, ledger: Ledger) {
  /** Sends one request, on a connection of its own. */
  async function ask({ method = 'GET', path, window, headers, json }: Sent): Promise<Answer> {
    const sentAt = Date.now()
    const answer = await attempt(port, method, path, headers, json)
    const isUnknown = answer.status === 0 || answer.status >= 500
    const outcome = isUnknown ? 'unknown' : answer.status === 429 ? 'refused' : 'admitted'
    keep(ledger, window, { sentAt, endedAt: Date.now(), outcome })
    count(ledger, `requests ${outcome}`)
    return answer
  }

  /** Sends a request until its answer is known, at most `most` times. The last answer may be none. */
  async function askUntilKnown(sent: Sent, most = Number.POSITIVE_INFINITY): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const answer = await ask(sent)
      const isKnown = answer.status > 0 && answer.status < 500 && answer.status !== 429
      if (isKnown || tries >= most) return answer
      count(ledger, 'retries')
      await sleep(300)
    }
  }

  return { ask, askUntilKnown }
}

export type Sender = ReturnType<typeof sender>

function attempt(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  json: object | undefined,
): Promise<Answer> {
  const body = json && JSON.stringify(json)
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' }
  return new Promise((resolve) => {
    const none = () => resolve({ status: 0, replayed: false, body: '' })
    const options = { host: '127.0.0.1', port, method, path, headers: { ...type, ...headers }, agent: false }
    const sent = request({ ...options, timeout: patienceMs }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => {
        const replayed = answer.headers['idempotency-replayed'] === 'true'
        resolve({ status: answer.complete ? (answer.statusCode ?? 0) : 0, replayed, body: text })
      })
      answer.on('error', none).on('aborted', none)
    })
    sent.on('error', none).on('timeout', () => sent.destroy())
    sent.end(body)
  })
}
