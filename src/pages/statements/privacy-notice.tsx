import type { Child } from 'hono/jsx'
import { parseEmail } from '../../domain/email'
import { retention } from '../../domain/retention'
import { parseWebAddress } from '../../domain/url'
import { counted } from '../../domain/wait'
import type { PublicTenant } from '../../gate/public-gate'
import { EmailLink, OtherWays, WaysToReach } from '../layout/office'

interface Notice {
  office: PublicTenant
  /** Most days that an address's coded form is kept. */
  addressDays: number
  /** Cloudflare's bot check is on the form. */
  hasTurnstile: boolean
}

/** What a controller tells the people whose data it collects (UK GDPR, article 13), from the tenant's settings. */
export function PrivacyNotice({ office, addressDays, hasTurnstile }: Notice) {
  const controller = office.controller ?? office.name
  return (
    <>
      <h1>Privacy notice</h1>
      <p>
        This notice is about the information that you send to {office.name} with its contact form, and about what we do
        with it.
      </p>
      <Controller office={office} controller={controller} />
      <Collected addressDays={addressDays} hasTurnstile={hasTurnstile} />
      <Purpose />
      <Recipients office={office} controller={controller} />
      <Kept office={office} />
      <Rights controller={controller} />
      <h2>Cookies</h2>
      <p>The form sets no cookies and runs no analytics.</p>
      <OtherWays office={office} />
    </>
  )
}

function Controller({ office, controller }: { office: PublicTenant; controller: string }) {
  return (
    <>
      <h2>Who is responsible</h2>
      <p>
        {controller} is the controller of your information: it decides how the information is used, and is responsible
        for it.
      </p>
      {office.dpoContact ? (
        <p>Data protection contact: {linked(office.dpoContact)}</p>
      ) : (
        <>
          <p>For questions about data protection:</p>
          <WaysToReach office={office} />
        </>
      )}
    </>
  )
}

/** A contact in words, as a link where it is an email or web address. */
function linked(text: string): Child {
  if (parseEmail(text) !== undefined) return <EmailLink address={text} />
  const address = parseWebAddress(text)
  return address === undefined ? text : <a href={address}>{text}</a>
}

function Collected({ addressDays, hasTurnstile }: Omit<Notice, 'office'>) {
  return (
    <>
      <h2>What we collect</h2>
      <ul>
        <li>your name, and the email address or phone number that you give</li>
        <li>your postcode, address, topic and ward, if you give them</li>
        <li>your message, and when you sent it</li>
        <li>
          a coded form of your internet (IP) address, which limits how many messages one connection can send. It cannot
          be read as an address, and is deleted within {counted(addressDays, 'day')}
        </li>
      </ul>
      <p>
        You do not have to give us any of this, but we cannot reply without a name and a way to reach you. Leave out
        whatever does not matter to your request, such as details of other people’s health.
      </p>
      {hasTurnstile && (
        <p>
          The form has a check for robots, Cloudflare Turnstile. Your browser loads it from Cloudflare, which receives
          your IP address and technical details of your browser, and uses them to tell people from robots.
        </p>
      )}
    </>
  )
}

function Purpose() {
  return (
    <>
      <h2>Why we use it</h2>
      <p>We use your information to deal with your message, to reply to you and to keep a record of what was done.</p>
      <p>
        The law allows this because it is necessary for a task in the public interest: helping residents as their
        elected representatives (article 6(1)(e) of the UK GDPR and section 8 of the Data Protection Act 2018). Where
        your message has sensitive information, for example about health or beliefs, it is used because you asked an
        elected representative for help (article 9(2)(g) of the UK GDPR and paragraph 23 of Schedule 1 to the Data
        Protection Act 2018).
      </p>
      <p>
        Messages that look like spam are put aside automatically, but nobody is refused: staff can still read them. No
        other decision is made by a computer alone.
      </p>
    </>
  )
}

function Recipients({ office, controller }: { office: PublicTenant; controller: string }) {
  return (
    <>
      <h2>Who receives it</h2>
      <ul>
        <li>the councillors and staff of {office.name} who deal with your message</li>
        <li>services that have to know in order to do what you ask, such as the council department in question</li>
        <li>the organisation that runs this service, which acts on behalf of {controller} as its processor</li>
        <li>
          Cloudflare, whose network carries and stores the information for that organisation, as its sub-processor
        </li>
      </ul>
      <p>
        Cloudflare works worldwide, so information may be processed outside the UK, under safeguards that UK data
        protection law recognises. We do not sell your information, and do not use it for marketing.
      </p>
    </>
  )
}

function Kept({ office: { anonymiseAfterMonths } }: { office: PublicTenant }) {
  return (
    <>
      <h2>How long we keep it</h2>
      <ul>
        <li>
          A message that leads to a case: {counted(anonymiseAfterMonths, 'month')} after the case is closed, your name,
          contact details and what you wrote are removed. The first half of your postcode is kept for statistics.
        </li>
        <li>
          A message that does not lead to a case: deleted {counted(retention.submissionMonths, 'month')} after it was
          dealt with.
        </li>
        <li>Spam: deleted after {counted(retention.spamDays, 'day')}.</li>
        <li>The record of who did what and when: deleted after {counted(retention.auditMonths, 'month')}.</li>
      </ul>
    </>
  )
}

function Rights({ controller }: { controller: string }) {
  return (
    <>
      <h2>Your rights</h2>
      <p>You can ask {controller}:</p>
      <ul>
        <li>for a copy of the information that it has about you</li>
        <li>to correct what is wrong</li>
        <li>to delete your information, or to limit how it is used</li>
        <li>to stop using it, if you object</li>
      </ul>
      <p>You will have an answer within one month. It is free.</p>
      <p>
        If you are unhappy with how your information is used, please tell us first. You can also complain to the
        Information Commissioner’s Office (ICO), which regulates data protection in the UK:{' '}
        <a href="https://ico.org.uk/make-a-complaint/">make a complaint to the ICO</a>, or phone{' '}
        <a href="tel:03031231113">0303 123 1113</a>.
      </p>
    </>
  )
}
