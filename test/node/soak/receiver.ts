import { createServer } from 'node:http'
import { Webhook } from 'standardwebhooks'

/** A message that the receiver has taken and answered with 204. */
export interface Received {
  sequence: number
  event: string
  targetId: string
}

/** A row of the log that an endpoint must have got. */
export interface Due {
  sequence: number
  event: string
  target_id: string
}

/** Part of the messages that the receiver does not take, so that the sender has to come again. */
const refusedPart = 0.003

/** A server of this machine that takes webhooks by path, verifies them with the reference implementation and keeps them. */
export async function startReceiver() {
  const taken = new Map<string, Received[]>()
  const secrets = new Map<string, string>()
  const faults: string[] = []
  let refused = 0

  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const path = request.url ?? ''
    if (Math.random() < refusedPart) {
      refused++
      response.writeHead(500).end()
      return
    }
    try {
      new Webhook(secrets.get(path) ?? '').verify(body, request.headers as Record<string, string>)
      const { event, sequence, data } = JSON.parse(body)
      taken.set(path, [...(taken.get(path) ?? []), { event, sequence, targetId: data.id }])
    } catch (error) {
      faults.push(`A webhook of ${path} is not genuine: ${error instanceof Error ? error.message : error}`)
    }
    response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('The receiver has no port')

  return {
    address: `http://127.0.0.1:${address.port}`,
    expectFrom: (path: string, secret: string) => secrets.set(path, secret),
    received: (path: string): readonly Received[] => taken.get(path) ?? [],
    refused: () => refused,
    faults,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>

/** What is wrong with an endpoint's messages: one that is missing, was never due, or came before an earlier one had come. */
export function deliveryFaults(name: string, received: readonly Received[], due: readonly Due[]): string[] {
  const first = [...new Map(received.toReversed().map((one) => [one.sequence, one])).values()].toReversed()
  const arrived = first.map(({ sequence, event, targetId }) => `${sequence} ${event} ${targetId}`)
  const expected = due.map(({ sequence, event, target_id }) => `${sequence} ${event} ${target_id}`)
  const missing = expected.filter((one) => !arrived.includes(one))
  const foreign = arrived.filter((one) => !expected.includes(one))
  const overtaking = first.filter(({ sequence }, at) => sequence < (first[at - 1]?.sequence ?? 0))
  return [
    ...(missing.length > 0 ? [`${name}: ${missing.length} of ${due.length} never came: ${missing[0]}`] : []),
    ...(foreign.length > 0 ? [`${name}: ${foreign.length} came that were not due: ${foreign[0]}`] : []),
    ...(overtaking.length > 0 ? [`${name}: ${overtaking.length} came late: ${overtaking[0]?.sequence}`] : []),
  ]
}
