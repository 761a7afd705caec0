import { createServer } from 'node:http'

/** A request to Cloudflare's API, its path below the account. */
export interface Asked {
  method: string
  path: string
  body: unknown
}

/** What the API says: a result, or an error with its code and status. */
export type Answer = { result: unknown } | { status: number; code: number; message: string }

/** A stand-in for Cloudflare's API that answers as a test says: what it was asked, and how wrangler finds it. */
export async function cloudflare(answerTo: (asked: Asked) => Answer | Promise<Answer>) {
  const asked: Asked[] = []
  const api = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const path = (request.url ?? '').replace(/\?.*/, '').replace('/client/v4/accounts/account', '')
    const isJson = request.headers['content-type']?.includes('json') && text !== ''
    const one = { method: request.method ?? '', path, body: isJson ? JSON.parse(text) : text }
    asked.push(one)
    const answer = await answerTo(one)
    const isGood = 'result' in answer
    response.writeHead(isGood ? 200 : answer.status, { 'Content-Type': 'application/json' })
    const errors = isGood ? [] : [{ code: answer.code, message: answer.message }]
    const result = isGood ? answer.result : null
    response.end(JSON.stringify({ success: isGood, errors, messages: [], result }))
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const address = api.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const env = {
    CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}/client/v4`,
    CLOUDFLARE_API_TOKEN: 'token-of-a-test',
    CLOUDFLARE_ACCOUNT_ID: 'account',
  }
  return { asked, env, close: () => api.close() }
}

/** The rows of each statement of a query, as D1 answers it. */
export const rowsFound = (...rows: object[][]): Answer => ({
  result: rows.map((results) => ({ results, success: true, meta: { duration: 1 } })),
})
