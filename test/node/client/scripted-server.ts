import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** What the server does with one request; `cut` ends the connection without an answer, `hang` never answers. */
export type Step =
  | 'cut'
  | 'hang'
  | { status: number; headers?: Record<string, string>; body?: unknown; breaksOff?: boolean; stalls?: boolean }

/** One request as it came. */
export interface Arrival {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

/** A server that does as the steps say, one a request; the last one again and again. */
export async function scriptedServer(steps: Step[] | ((arrival: Arrival) => Step)) {
  const arrivals: Arrival[] = []
  let connections = 0
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request
    const arrival = { method, url, headers, body: await text(request) }
    arrivals.push(arrival)
    const step = typeof steps === 'function' ? steps(arrival) : steps[Math.min(arrivals.length, steps.length) - 1]
    play(response, step ?? 'cut')
  })
  server.on('connection', () => {
    connections += 1
  })
  const baseUrl = await listen(server)
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { arrivals, baseUrl, connections: () => connections, stop }
}

function play(response: ServerResponse, step: Step): void {
  if (step === 'hang') return
  if (step === 'cut') {
    response.destroy()
    return
  }
  const { status, headers, body = {}, breaksOff, stalls } = step
  const written = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'X-Request-Id': 'request-1', ...headers })
  if (!breaksOff && !stalls) {
    response.end(written)
    return
  }
  response.write(written)
  if (breaksOff) setImmediate(() => response.destroy())
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address === 'object' && address) return `http://127.0.0.1:${address.port}`
  throw new Error('No port is free')
}
