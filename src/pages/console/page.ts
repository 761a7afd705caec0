import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import { issueTicket } from './ticket'

/** The request of a page. */
export type Page = Context<AppEnv>

/** The id in a page's path. */
export const idOf = (c: Page): string => c.req.param('id') ?? ''

/** A new ticket, for all the forms of a page: whichever is sent first spends it, and leads to a page with another. */
export const newTicket = (c: Page): Promise<string> => issueTicket(c.env, c.var.session)
