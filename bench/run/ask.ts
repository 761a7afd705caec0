import { type IncomingHttpHeaders, request } from 'node:http'

/** An answer, with when its request was sent and when it had come, in milliseconds. */
export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
  sentAt: number
  answeredAt: number
}

/**
 * Sends one request with a key, on a connection of its own: one that is kept may be closed by the other side just when it is
 * used again.
 *
 * @param json sent as a POST
 */
export function ask(url: string, key: string, json?: object): Promise<Answer> {
  const body = json && JSON.stringify(json)
  const headers = { 'X-API-Key': key, ...(body !== undefined && { 'Content-Type': 'application/json' }) }
  const sentAt = performance.now()
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: body === undefined ? 'GET' : 'POST', headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => {
        const { statusCode: status = 0, headers } = answer
        resolve({ status, headers, body: text, sentAt, answeredAt: performance.now() })
      })
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
