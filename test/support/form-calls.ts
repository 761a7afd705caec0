import { env } from 'cloudflare:workers'
import { issueTicket } from '../../src/pages/contact/contact-ticket'
import type { Call } from './call'
import { callFrom, newAddress } from './public-calls'
import type { TestTenant } from './tenants'

type Named = Pick<TestTenant, 'slug'>

/** Answers that are taken. */
export const goodAnswers = {
  name: 'Alex Resident',
  email: 'alex@example.com',
  message: 'There is a deep hole outside the school.',
}

/** The form as somebody opens it. */
export const openForm = ({ slug }: Named, request: Call = {}) => callFrom(undefined, `/contact/${slug}`, request)

/** The ticket in a page's form. */
export const ticketIn = (page: string): string => /name="ticket" value="([^"]*)"/.exec(page)?.[1] ?? ''

/** A ticket for a form that was opened some time ago, by default long enough for a person to fill it in. */
export const ticketFor = ({ slug }: Named, { agoMs = 60_000 } = {}) => {
  const then = Date.now() - agoMs
  return issueTicket(env, slug, undefined, then)
}

/** Sends a form as a browser does, by default with a good ticket and from an address of its own. */
export async function sendForm(
  tenant: Named,
  answers: Record<string, string> = goodAnswers,
  { address = newAddress(), ticket, ...request }: Call & { address?: string; ticket?: string } = {},
): Promise<Response> {
  const body = new URLSearchParams({ ...answers, ticket: ticket ?? (await ticketFor(tenant)) })
  return callFrom(address, `/contact/${tenant.slug}`, { body, ...request })
}

/** What a page says in its title, its summary of faults and its fields. */
export function readPage(html: string) {
  const plain = (text: string) => text.replaceAll(/<[^>]*>/g, '').trim()
  const all = (pattern: RegExp) => [...html.matchAll(pattern)]
  return {
    title: /<title>(.*?)<\/title>/.exec(html)?.[1],
    heading: plain(/<h1>(.*?)<\/h1>/s.exec(html)?.[1] ?? ''),
    summary: all(/<li><a href="#([^"]*)">(.*?)<\/a>/gs).map(([, id, sentence]) => [id, sentence]),
    errors: all(/<p class="error" id="([^"]*)">(.*?)<\/p>/gs).map(([, id, text]) => [id, plain(text ?? '')]),
    values: Object.fromEntries(
      all(/<input id="([^"]*)"[^>]*? value="([^"]*)"/g).map(([, name, value]) => [name, value]),
    ),
  }
}
