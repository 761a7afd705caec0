import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import { all, type NamedStatements, type Results, type Statement, type Values } from '../../db/query'
import { ApiError } from '../../errors'
import { type InnerRequest, innerOf, markInner } from '../../gate/inner-request'
import type { Principal } from '../../gate/principal'
import { isAuthorised, type Requirement } from '../../gate/requirement'
import { refuseInvalid } from '../../http/validation'
import { api } from '../../routes/api'
import { readTicket } from './ticket'

/** What everybody needs for the console. */
const usual = { plan: 'pro', role: 'manager' } as const

/** The API as the console calls it: its own handlers, whose errors are thrown as they are. */
const inside = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
inside.onError((error) => {
  throw error
})
inside.use(async (c, next) => {
  const inner = innerOf(c.req.raw)
  if (!inner) throw new Error('The console’s own API takes inner requests only')
  c.set('requestId', inner.requestId)
  c.set('meter', inner.meter)
  await next()
})
inside.route('/api', api)

/** True for somebody who may sign in, and stay so. */
export const mayUseConsole = (principal: Principal): boolean => isAuthorised(principal, usual)

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** A call of the API by a page. */
export interface Call<N extends NamedStatements = NamedStatements> {
  method?: Method
  path: string
  /** Absent and empty values are left out. */
  query?: Readonly<Record<string, string | undefined>>
  body?: object
  /** What the page shows besides: asked in the same trip, for a caller who may have the answer. */
  alongside?: N
  values?: Values
  /** What the page requires besides: of a form, what sending it will. */
  required?: Requirement
}

/** What came of a call. */
export interface Called<T, N extends NamedStatements> {
  answer: T
  alongside: Results<N>
  principal: Principal
  /** The cursor of the next page, of a list that gives it in a `Link`. */
  nextCursor: string | undefined
}

/** A call that was refused by what was typed: the page shows it again, with what it needs besides. */
export interface Refused<N extends NamedStatements> {
  refusal: ApiError
  alongside: Results<N>
}

/** Calls the API as whoever is signed in, in one trip through the same gate. Throws its refusals. */
export async function call<T, const N extends NamedStatements = Record<never, never>>(
  c: Context<AppEnv>,
  asked: Call<N>,
): Promise<Called<T, N>> {
  const called = await run<T, N>(c, asked, c.var.session.key, await ticketOf(c))
  if ('refusal' in called) throw called.refusal
  return called
}

/** True where a form can be mended: fields are at fault, or somebody else was first. */
const isMendable = ({ code, details }: ApiError) => details?.fields !== undefined || code === 'conflict'

/** The same for a form: a refusal after which it can be mended is returned. */
export async function attempt<T, const N extends NamedStatements = Record<never, never>>(
  c: Context<AppEnv>,
  asked: Call<N>,
): Promise<(Called<T, N> & { refusal?: undefined }) | Refused<N>> {
  const called = await run<T, N>(c, asked, c.var.session.key, await ticketOf(c))
  if ('refusal' in called && !(called.alongside && isMendable(called.refusal))) throw called.refusal
  return called as (Called<T, N> & { refusal?: undefined }) | Refused<N>
}

/** Calls the API with a key of nobody who is signed in yet. */
export async function callAs<T>(c: Context<AppEnv>, key: string, asked: Call): Promise<T> {
  const called = await run<T, NamedStatements>(c, asked, key, undefined)
  if ('refusal' in called) throw called.refusal
  return called.answer
}

async function run<T, N extends NamedStatements>(
  c: Context<AppEnv>,
  { alongside, values = {}, required, ...asked }: Call<N>,
  key: string,
  ticket: string | undefined,
): Promise<Called<T, N> | (Omit<Refused<N>, 'alongside'> & { alongside: Results<N> | undefined })> {
  const { requestId, meter } = c.var
  const statement = withValues(all(alongside ?? {}), values)
  const inner: InnerRequest = { requestId, meter, required: { ...usual, ...required }, alongside: statement, ticket }
  try {
    const request = markInner(requestOf(c, asked, key), inner)
    const response = await inside.fetch(request, c.env, executionContextOf(c))
    if (!response.ok) throw new ApiError('bad_gateway')
    await inner.gate?.spendTicket()
    c.set('isTicketSpent', true)
    const answer: T = await response.json()
    if (!inner.gate) throw new Error('A page has not passed the gate')
    const link = /[?&]cursor=([^&>]+)/.exec(response.headers.get('Link') ?? '')?.[1]
    const nextCursor = link && decodeURIComponent(link)
    return { answer, alongside: inner.rows as Results<N>, principal: inner.gate.principal, nextCursor }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { refusal: error, alongside: inner.rows as Results<N> | undefined }
  } finally {
    if (inner.gate) c.set('gate', inner.gate)
  }
}

/** The form's ticket, for the first call that it leads to. Throws 409 for a form that is not of this session. */
async function ticketOf(c: Context<AppEnv>): Promise<string | undefined> {
  const form = c.get('form')
  if (!form || c.get('isTicketSpent')) return
  const ticket = await readTicket(c.env, c.var.session, form.fields.ticket ?? '')
  if (ticket === undefined) throw new ApiError('conflict', { message: 'This form belongs to an earlier session' })
  return ticket
}

function requestOf(c: Context<AppEnv>, { method = 'GET', path, query = {}, body }: Call, key: string): Request {
  const url = new URL(path, c.req.url)
  for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value)
  const headers = new Headers({ Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' })
  const address = c.req.header('CF-Connecting-IP')
  if (address !== undefined) headers.set('CF-Connecting-IP', address)
  return new Request(url, { method, headers, body: body ? JSON.stringify(body) : null })
}

/** A statement with some of its values given. */
const withValues = <T>(statement: Statement<T>, values: Values): Statement<T> => ({
  bind: (more) => statement.bind({ ...more, ...values }),
})

function executionContextOf(c: Context<AppEnv>) {
  try {
    return c.executionCtx
  } catch {
    // There is none where the app is called without the Worker around it.
  }
}
