import { changed, conflict, deleted, gone, patch, type Scene, stale } from './overtaken'
import type { TestTenant } from './tenants'
import { makeChange, makeEndpoint } from './webhooks'

const table = 'webhook_endpoints'

const path = '/api/webhooks'

/** An act on an endpoint that is deleted before it is written. */
const onDeleted = (operation: string, part: string, json: object): Scene => ({
  operation,
  when: 'it is deleted',
  arrange: async (tenant: TestTenant) => {
    await makeChange(tenant)
    const id = await makeEndpoint(tenant, { cursor: 1, url: 'https://192.0.2.1/' })
    return { path: `${path}/${id}${part}`, request: { json }, by: [[deleted(table), id]] }
  },
  answer: gone,
})

/** Webhooks. */
export const ofWebhooks: Scene[] = [
  {
    operation: 'createWebhook',
    when: 'the last place is taken',
    arrange: async (tenant) => {
      const ids = []
      for (let n = 0; n < 20; n++) ids.push(await makeEndpoint(tenant))
      const request = { json: { url: 'https://crm.example.com/hooks', events: ['case_created'] } }
      // Nothing that counts: there are 20 already, and so there are when it is written.
      return { path, request, by: [[changed(table), ids[0] ?? '']] }
    },
    answer: conflict('This tenant has 20 webhooks, the most there may be: delete one first'),
  },
  {
    operation: 'updateWebhook',
    when: 'it is changed',
    arrange: async (tenant) => {
      const id = await makeEndpoint(tenant)
      return {
        path: `${path}/${id}`,
        request: patch({ enabled: true, resume: 'now', version: 1 }),
        by: [[changed(table), id]],
      }
    },
    answer: stale,
  },
  {
    operation: 'updateWebhook',
    when: 'it is deleted',
    arrange: async (tenant) => {
      const id = await makeEndpoint(tenant)
      return { path: `${path}/${id}`, request: patch({ description: 'Sync' }), by: [[deleted(table), id]] }
    },
    answer: gone,
  },
  {
    operation: 'deleteWebhook',
    when: 'it is deleted',
    arrange: async (tenant) => {
      const id = await makeEndpoint(tenant)
      return { path: `${path}/${id}`, request: { method: 'DELETE' }, by: [[deleted(table), id]] }
    },
    answer: gone,
  },
  onDeleted('rotateWebhookSecret', '/rotate-secret', {}),
  onDeleted('testWebhook', '/test', {}),
  onDeleted('replayWebhook', '/replay', { sequence: 1 }),
]
