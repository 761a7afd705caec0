import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import type { Principal } from '../../gate/principal'
import { isAuthorised, type Requirement } from '../../gate/requirement'
import { issueTicket } from './ticket'

/** The request of a page whose path holds an id. */
export type Page = Context<AppEnv>

/** The id in a page's path. */
export const idOf = (c: Page): string => c.req.param('id') ?? ''

/** A new ticket for each form of a page: what is sent with one can be sent once. */
export async function ticketsFor(c: Page, forms: number): Promise<() => string> {
  const tickets = await Promise.all(Array.from({ length: forms }, () => issueTicket(c.env, c.var.session)))
  return () => {
    const ticket = tickets.pop()
    if (ticket === undefined) throw new Error('A page has more forms than tickets')
    return ticket
  }
}

/** One new ticket, for a page of one form. */
export const newTicket = (c: Page): Promise<string> => issueTicket(c.env, c.var.session)

/** What a key may change, for what a page shows. */
export const may = (principal: Principal, requirement: Requirement): boolean => isAuthorised(principal, requirement)
