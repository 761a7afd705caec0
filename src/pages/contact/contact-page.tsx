import { type Context, Hono } from 'hono'
import { trimTrailingSlash } from 'hono/trailing-slash'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppEnv } from '../../app-env'
import { contactChoices, type Receipt, referenceByTicket } from '../../db/contact'
import type { Evidence } from '../../domain/spam'
import { ApiError, invalidFields, refusalOf } from '../../errors'
import { publicRoute, refusePublic } from '../../gate/public'
import type { PublicGate } from '../../gate/public-gate'
import { receiveContact } from '../../routes/public/contact-rules'
import { settingsOf } from '../../settings'
import { turnstileVerdict } from '../../upstream/turnstile'
import { readFormBody } from '../form-body'
import { showError } from '../layout/error-page'
import { page } from '../layout/frame'
import { turnstileName } from '../layout/turnstile'
import { AccessibilityStatement } from '../statements/accessibility-statement'
import { PrivacyNotice } from '../statements/privacy-notice'
import { type Answers, answersOf, contactOf, type Faults, sayFaults, textOf } from './contact-answers'
import { ContactForm, honeypotName } from './contact-form'
import { KeptForm } from './contact-kept'
import { MessageSent } from './contact-sent'
import { issueTicket, readTicket, type Ticket } from './contact-ticket'

type Page = Context<AppEnv>

const refuseMethod = (allow: string) => () => {
  throw new ApiError('method_not_allowed', { headers: { Allow: allow } })
}

/** Everything under `/contact`: a tenant's form, the confirmation that a message was sent, and the tenant's statements. */
export const contactPages = new Hono<AppEnv>()
  .use(trimTrailingSlash())
  .get('/:tenant', publicRoute({ takes: 'form' }), showForm)
  .post('/:tenant', publicRoute({ takes: 'form' }), sendForm)
  .get('/:tenant/sent/:ticket', publicRoute({ takes: 'form' }), showSent)
  .get('/:tenant/privacy', publicRoute({ takes: 'form' }), showPrivacy)
  .get('/:tenant/accessibility', publicRoute({ takes: 'form' }), showAccessibility)
  .all('/:tenant', refuseMethod('GET, HEAD, POST'))
  .all('/:tenant/sent/:ticket', refuseMethod('GET, HEAD'))
  .all('/:tenant/privacy', refuseMethod('GET, HEAD'))
  .all('/:tenant/accessibility', refuseMethod('GET, HEAD'))

async function showForm(c: Page) {
  return renderForm(c, { answers: answersOf({}), token: await newToken(c) })
}

async function sendForm(c: Page) {
  const sent = await readForm(c)
  try {
    await take(c.var.publicGate, sent)
    return c.redirect(`/contact/${c.var.publicGate.tenant.slug}/sent/${sent.ticket?.id}`, 303)
  } catch (error) {
    const refusal = refusalOf(error, c)
    if (!isMendable(refusal)) return showKept(c, sent, refusal)
    return showFormAgain(c, sent, refusal).catch((another) => showKept(c, sent, refusalOf(another, c)))
  }
}

async function showSent(c: Page) {
  const { publicGate } = c.var
  const { sent } = await publicGate.visit({ ticket: c.req.param('ticket') }, { sent: referenceByTicket })
  if (!sent) throw new ApiError('not_found')
  const { tenant: office } = publicGate
  return page(c, `Message sent – ${office.name}`, <MessageSent office={office} reference={sent.reference} />)
}

async function showPrivacy(c: Page) {
  const { publicGate: gate } = c.var
  await gate.visit({}, {})
  const { tenant: office } = gate
  if (office.privacyUrl) return c.redirect(office.privacyUrl, 302)
  const { turnstile, publicWindow } = settingsOf(c.env)
  const notice = {
    office,
    hasTurnstile: turnstile !== undefined,
    // Two windows, until the next daily sweep.
    addressDays: Math.ceil((2 * publicWindow.seconds) / 86_400) + 1,
  }
  return page(c, `Privacy notice – ${office.name}`, <PrivacyNotice {...notice} />)
}

async function showAccessibility(c: Page) {
  const { publicGate: gate } = c.var
  await gate.visit({}, {})
  const { tenant: office } = gate
  return page(c, `Accessibility statement – ${office.name}`, <AccessibilityStatement office={office} />)
}

/** A submitted form. */
interface Sent {
  answers: Answers
  /** Whether all that was sent could be read. */
  isWhole: boolean
  /** The ticket as it came, and what it says: undefined where it is not one of ours. */
  token: string
  ticket: Ticket | undefined
  evidence(): Promise<Evidence>
}

async function readForm(c: Page): Promise<Sent> {
  const { fields: body, isWhole } = await readFormBody(c.req.raw.headers, new Uint8Array(await c.req.arrayBuffer()))
  const token = textOf(body.ticket)
  const ticket = await readTicket(c.env, slugOf(c), token)
  const evidence = async () => ({
    honeypot: textOf(body[honeypotName]),
    openedAt: ticket?.openedAt,
    turnstile: await turnstileVerdict(c.env, textOf(body[turnstileName]), ticket?.id ?? ''),
  })
  return { answers: answersOf(body), isWhole, token, ticket, evidence }
}

/** Counts a form that was sent, and keeps its message. */
async function take(gate: PublicGate, { answers, isWhole, ticket, evidence }: Sent): Promise<Receipt> {
  if (!isWhole) return refusePublic(gate, invalidFields({}, true))
  const { contact, fault } = contactOf(answers)
  if (fault) return refusePublic(gate, fault)
  if (!ticket || ticket.isExpired) return refusePublic(gate, new ApiError('conflict'))
  return receiveContact(gate, contact, { ticket: ticket.id, evidence })
}

/** True if the resident can correct it. */
const isMendable = ({ code, details }: ApiError) => code === 'conflict' || details?.fields !== undefined

/** What to say of a form that came in pieces, or whose answers are right and which cannot be taken under its ticket. */
function noticeOf({ isWhole, ticket }: Sent): string {
  if (!isWhole) return 'Part of what you sent could not be read. Check your answers, then send the form again'
  if (!ticket) return 'Check your answers, then send the form again'
  if (ticket.isExpired) return 'This form was open for more than a day. Check your answers, then send it again'
  return 'You have already sent this form. To send this as another message, send it again'
}

async function showFormAgain(c: Page, sent: Sent, { code, status, details }: ApiError) {
  const { answers, token, ticket, isWhole } = sent
  const faults = sayFaults(details?.fields ?? {}, answers)
  const notice = code === 'conflict' || !isWhole ? noticeOf(sent) : undefined
  const isGood = ticket && !ticket.isExpired && !notice
  const nextToken = isGood ? token : await newToken(c, ticket?.openedAt)
  return renderForm(c, { answers, token: nextToken, faults, notice, status })
}

interface FormState {
  answers: Answers
  /** The ticket for the next submission. */
  token: string
  faults?: Faults
  notice?: string | undefined
  status?: ContentfulStatusCode
}

async function renderForm(c: Page, { answers, token, faults, notice, status }: FormState) {
  const { publicGate: gate } = c.var
  const { choices } = await gate.visit({}, { choices: contactChoices })
  const { tenant: office } = gate
  return page(
    c,
    `${faults ? 'Error: ' : ''}Contact ${office.name}`,
    <ContactForm {...{ office, choices, answers, token, faults, notice, turnstileKey: turnstileKeyOf(c) }} />,
    status,
  )
}

/** Page of a form that could not be accepted, with everything written, ready to send again. */
async function showKept(c: Page, { answers, token }: Sent, refusal: ApiError) {
  // That refusal came before the tenant was looked up.
  if (refusal.code === 'rate_limited') await c.var.publicGate.recall()
  const isWorthIt = refusal.status >= 429
  const form = <KeptForm action={c.req.path} answers={answers} token={token} turnstileKey={turnstileKeyOf(c)} />
  return showError(refusal, c, isWorthIt && form)
}

const slugOf = (c: Page) => c.req.param('tenant') ?? ''

const newToken = (c: Page, openedAt?: string) => issueTicket(c.env, slugOf(c), openedAt)

const turnstileKeyOf = (c: Page) => settingsOf(c.env).turnstile?.siteKey
