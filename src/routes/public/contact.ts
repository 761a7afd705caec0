import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import canonicalize from 'canonicalize'
import type { AppEnv } from '../../app-env'
import { uuidOf } from '../../domain/hash'
import type { Evidence } from '../../domain/spam'
import { publicRoute } from '../../gate/public'
import { json, jsonBody, NoQuery, TenantParam } from '../../http/fields'
import type { Env } from '../../settings'
import { turnstileVerdict } from '../../upstream/turnstile'
import { contactAnswer, receiveContact } from './contact-rules'
import { Contact, ContactAnswer } from './contact-schemas'

const send = createRoute({
  method: 'post',
  path: '/contact',
  middleware: publicRoute(),
  security: [],
  operationId: 'sendContact',
  summary: 'Send a message',
  description:
    'Adds a submission to the tenant’s inbox. Without a key, five an hour per address. A message repeated within a minute is kept once; with an `Idempotency-Key`, within 24 hours. If the deployment has Cloudflare Turnstile, a message without a valid `turnstileToken` is kept as spam, with an ordinary receipt.',
  request: { params: TenantParam, query: NoQuery, body: jsonBody(Contact) },
  responses: { 201: json('The receipt, with its reference.', ContactAnswer) },
})

/** Turnstile's verdict on a message from the API: the same for the same message. */
async function evidenceOf(env: Env, { turnstileToken, ...message }: Contact): Promise<Evidence> {
  const token = turnstileToken ?? undefined
  const verdict = await turnstileVerdict(env, token, await uuidOf(`${token} ${canonicalize(message) ?? ''}`))
  return { turnstile: verdict === 'failed' ? 'unverified' : verdict }
}

/** The public contact form as JSON. */
export const contact = new OpenAPIHono<AppEnv>().openapi(send, async (c) => {
  const contact = c.req.valid('json')
  const { reference } = await receiveContact(c.var.publicGate, contact, { evidence: () => evidenceOf(c.env, contact) })
  return c.json(contactAnswer(reference), 201)
})
