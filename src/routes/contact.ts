import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../app-env'
import { open } from '../gate/open'
import { contactAnswer, receiveContact } from './contact-rules'
import { Contact, ContactAnswer, TenantParam } from './contact-schemas'
import { json, jsonBody, NoQuery } from './fields'

const send = createRoute({
  method: 'post',
  path: '/api/public/{tenant}/contact',
  middleware: open(),
  security: [],
  operationId: 'sendContact',
  summary: 'Send a message',
  description:
    'To the tenant’s inbox of submissions. Without a key, five times an hour per address. The same message within a minute is kept once; with an `Idempotency-Key`, within 24 hours.',
  request: { params: TenantParam, query: NoQuery, body: jsonBody(Contact) },
  responses: { 201: json('Kept, under a reference.', ContactAnswer) },
})

/** The public contact form as JSON. */
export const contact = new OpenAPIHono<AppEnv>().openapi(send, async (c) => {
  const { reference } = await receiveContact(c.var.publicTrip, c.req.valid('json'))
  return c.json(contactAnswer(reference), 201)
})
