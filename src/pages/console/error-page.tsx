import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import { waitInWords } from '../../domain/wait'
import { type ApiError, refusalOf } from '../../errors'
import { SettingsError } from '../../settings'
import { WebhookKeyMissing } from '../../webhooks/secrets'
import { mayUseConsole } from './api-call'
import { Kept, keptOf } from './kept'
import { consolePage } from './layout/frame'
import { closeSession } from './session'
import { showSignIn } from './sign-in'
import { issueTicket } from './ticket'

/** Answers anything thrown with a page in plain words: to sign in again, or what is wrong and what to do. */
export async function showError(error: unknown, c: Context<AppEnv>) {
  const refusal = refusalOf(error, c)
  const { code, status, headers, details } = refusal
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
  const reason = reasonToSignIn(refusal, c)
  if (reason !== undefined) {
    closeSession(c)
    const isRead = c.req.method === 'GET'
    const next = isRead ? new URL(c.req.url).pathname + new URL(c.req.url).search : undefined
    return showSignIn(c, { next, kept: keptOf(c), reason, status })
  }
  const { title, advice } = wordsOf(refusal, c)
  const kept = isWorthSendingAgain(refusal) ? keptOf(c) : undefined
  const session = c.get('session')
  const ticket = kept && session ? await ticketFor(c, code) : ''
  return consolePage(c, {
    title,
    status,
    children: (
      <>
        <h1>{title}</h1>
        <p>{advice}</p>
        {typeof details?.progress === 'string' && <p>{details.progress}</p>}
        {kept && <Kept kept={kept} ticket={ticket} />}
        <p>
          <a href="/console">Go to the overview</a>
        </p>
      </>
    ),
  })
}

/** Why somebody has to sign in before they can go on; undefined if they need not. */
function reasonToSignIn({ code }: ApiError, c: Context<AppEnv>): string | undefined {
  if (code === 'key_required') return 'You are not signed in, or your eight hours are over.'
  if (code === 'key_invalid') {
    return 'Your key has stopped working: it was revoked or has expired, its user was disabled, or it may not be used from your address.'
  }
  const gate = c.get('gate')
  if (code === 'role_required' && gate?.passed && !mayUseConsole(gate.principal)) {
    return 'The role of your key is no longer high enough for the console.'
  }
}

/** True for a form whose text is worth keeping: it could be taken another time, or once it has been mended. */
const isWorthSendingAgain = ({ code, status, message, details }: ApiError) =>
  status >= 429 ||
  status === 413 ||
  details?.fields !== undefined ||
  (code === 'conflict' && message !== 'This form has already been sent')

/** Refusals after which a form's ticket may be spent although nothing was written. */
const spent: readonly ApiError['code'][] = ['conflict', 'bad_gateway', 'gateway_timeout']

/** A form that may have been taken is sent again under the same ticket, so that it is taken once. */
async function ticketFor(c: Context<AppEnv>, code: ApiError['code']): Promise<string> {
  const sent = c.get('form')?.fields.ticket
  return sent && !spent.includes(code) ? sent : issueTicket(c.env, c.var.session)
}

interface Words {
  title: string
  advice: string
}

const isNotSetUp = (cause: unknown) => cause instanceof SettingsError || cause instanceof WebhookKeyMissing

function wordsOf({ code, message, headers, details, cause }: ApiError, c: Context<AppEnv>): Words {
  switch (code) {
    case 'rate_limited': {
      const { limit, windowMs } = c.get('gate')?.rateLimit ?? { limit: 0, windowMs: 0 }
      const wait = waitInWords(Number(headers['Retry-After']))
      return {
        title: 'This key has used up its requests',
        advice: `Every page counts as one request of your key, which may make ${limit} in ${windowMs / 1000} seconds. Wait ${wait}, then try again.`,
      }
    }
    case 'plan_required':
      return { title: 'Not in your plan', advice: `This needs the plan ${details?.requiredPlan}.` }
    case 'scope_required':
      return {
        title: 'Your key may not do this',
        advice: `This needs the scope ${details?.requiredScope}. Sign in with a key that has it, or ask an admin for one.`,
      }
    case 'role_required':
      return { title: 'Your role may not do this', advice: `This needs the role ${details?.requiredRole}.` }
    case 'not_found':
      return { title: 'Page not found', advice: 'What you asked for does not exist, or it is not your council’s.' }
    case 'conflict':
      return { title: 'This could not be done', advice: `${message}. Nothing was changed by it.` }
    case 'unavailable':
      return {
        title: 'The service is temporarily unavailable',
        // What has not been set up does not come by waiting.
        advice: isNotSetUp(cause) ? `${message}.` : 'Wait a few minutes, then try again.',
      }
    case 'too_large':
      return { title: 'The form is too long', advice: 'It could not be sent. Shorten it and send it again.' }
    case 'internal':
      return {
        title: 'Sorry, there is a problem with the service',
        advice: `Try again later. If it happens again, quote this code: ${details?.requestId}.`,
      }
    default:
      return { title: 'This could not be done', advice: `${message}${fieldsIn(details)}.` }
  }
}

/** The fields at fault, in the API's own words: for an address that somebody has made up. */
function fieldsIn(details: ApiError['details']): string {
  const faults = Object.entries(details?.fields ?? {}).map(([name, { message }]) => `${name}: ${message}`)
  return faults.length > 0 ? ` (${faults.join('; ')})` : ''
}
