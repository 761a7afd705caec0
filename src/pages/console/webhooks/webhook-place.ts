import { endpointById } from '../../../db/webhooks/endpoints'
import { number } from '../layout/words'
import { idOf, type Page } from '../page'

/** The list that a webhook's pages are below. */
export const webhooksTrail = ['/console/webhooks', 'Webhooks'] as const

/** The webhook that a page is about, asked beside its answer. */
export const withWebhook = { webhook: endpointById }

/** Its path in the API. */
export const pathOf = (c: Page) => `/api/webhooks/${encodeURIComponent(idOf(c))}`

/** Its page. */
export const pageOf = (c: Page) => `/console/webhooks/${idOf(c)}`

/** A number of messages, in words. */
export const messages = (n: number) => `${number(n)} ${n === 1 ? 'message' : 'messages'}`
