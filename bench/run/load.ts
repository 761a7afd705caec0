import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from '../../scripts/root'
import { median } from '../report/statistics'

/** A request of the load, and the key that it names. */
export interface LoadRequest {
  path: string
  key: string
  method?: 'GET' | 'POST'
  body?: string
}

/** What one connection sends, in turn. */
interface Client {
  setRequests(requests: object[]): void
}

/** The part of autocannon that is used. It is installed with the benchmark only, so that its own types may be missing. */
type Autocannon = (options: {
  url: string
  connections: number
  duration: number
  amount?: number
  setupClient(client: Client): void
}) => Promise<{ duration: number; errors: number; timeouts: number }> & {
  on(event: 'response', seen: (client: Client, status: number, bytes: number, ms: number) => void): void
  stop(): void
}

/** What a Worker did under load. */
export interface Throughput {
  perSecond: number
  p50Ms: number
}

/** A load: requests round robin over the connections, and the status that all answers must have. */
export interface Load {
  url: string
  requests: readonly LoadRequest[]
  status: number
  connections?: number
  /** How long, or how many requests in total, evenly over the connections. */
  seconds?: number
  amount?: number
}

/**
 * Puts a Worker under load. Each connection waits for its answer before it asks again. Throws if an answer had another
 * status, or none came. The median is taken from every answer, since the generator's own counts whole milliseconds.
 */
export async function putUnderLoad({
  url,
  requests,
  status,
  connections = 16,
  seconds = 1,
  amount,
}: Load): Promise<Throughput> {
  const autocannon: Autocannon = createRequire(join(root, 'bench/package.json'))('autocannon')
  let clients = 0
  const run = autocannon({
    url,
    connections,
    duration: seconds,
    ...(amount !== undefined && { amount }),
    setupClient(client) {
      const own = clients++ % connections
      client.setRequests(requests.filter((_, i) => i % connections === own).map(requestOf))
    },
  })
  const times: number[] = []
  let wrong: number | undefined
  run.on('response', (_, answered, __, ms) => {
    times.push(ms)
    if (answered !== status) wrong = answered
  })
  const { duration, errors, timeouts } = await run
  const path = requests[0]?.path
  if (wrong !== undefined) throw new Error(`${path}: an answer of ${wrong} instead of ${status}`)
  if (errors + timeouts > 0) throw new Error(`${path}: ${errors} errors, ${timeouts} timeouts`)
  if (times.length === 0) throw new Error(`${path}: no answer within ${duration} s`)
  return { perSecond: times.length / duration, p50Ms: median(times) }
}

const requestOf = ({ path, key, method = 'GET', body }: LoadRequest) => ({
  path,
  method,
  headers: { 'X-API-Key': key, 'CF-Connecting-IP': '203.0.113.7', ...(body && { 'Content-Type': 'application/json' }) },
  ...(body && { body }),
})
