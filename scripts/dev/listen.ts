import { createServer, type IncomingMessage } from 'node:http'
import { Command, InvalidArgumentError } from 'commander'
import { verifyWebhook } from '../../client/src/webhooks'
import { runProgram, whole } from '../operator/command'

const program = new Command('webhooks:listen')
  .description(
    'Receive webhooks on this machine: verify each message, print it, and answer 204; 400 if it is not genuine.',
  )
  .option('--port <port>', 'where to listen', whole(1, 65_535), 8790)
  .option(
    '--secret <secret>',
    'whsec_…, as shown when the webhook was created; CASEWORK_WEBHOOK_SECRET if absent',
    asSecret,
  )
  .addHelpText('after', '\nExample:\n  npm run webhooks:listen -- --port 8790 --secret whsec_…')
  .action(({ port, secret = process.env.CASEWORK_WEBHOOK_SECRET }: { port: number; secret?: string }) => {
    listen(port, secret)
  })

function asSecret(text: string): string {
  if (/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(text)) return text
  throw new InvalidArgumentError('It must be whsec_ and base64, as shown when the webhook was created.')
}

function listen(port: number, secret: string | undefined): void {
  const server = createServer(async (request, response) => {
    response.writeHead(await take(request, secret)).end()
  })
  server.on('error', (error) => {
    console.error(`error: Cannot listen on port ${port}: ${error.message}`)
    process.exitCode = 1
  })
  server.listen(port, '127.0.0.1', () => {
    const how = secret ? 'verifying each message' : 'verifying nothing: pass --secret to verify'
    console.error(`Listening on http://127.0.0.1:${port}, ${how}. Ctrl-C stops it.`)
  })
}

/** Verifies and prints a message, and yields the status to answer with. */
async function take(request: IncomingMessage, secret: string | undefined): Promise<number> {
  const event = String(request.headers['x-casework-event'] ?? 'no event')
  const time = new Date().toISOString()
  try {
    const chunks: Buffer[] = []
    // Throws where the sender hangs up in the middle.
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    if (secret) await verifyWebhook(body, request.headers, secret)
    console.log(`${time} ${event} ${secret ? 'verified' : 'not verified'} ${body.toString()}`)
    return 204
  } catch (error) {
    if (!(error instanceof Error)) throw error
    console.log(`${time} ${event} refused: ${error.message}`)
    return 400
  }
}

await runProgram(program)
