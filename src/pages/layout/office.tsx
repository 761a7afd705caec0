import { mailto } from '../../domain/contact-uri'
import { dialled } from '../../domain/phone'
import type { PublicTenant } from '../../gate/public-gate'

/** Address of an office's privacy notice: its own, or the one made here. */
export const privacyAddress = ({ privacyUrl, slug }: PublicTenant) => privacyUrl ?? `/contact/${slug}/privacy`

/** A phone number that dials. */
function PhoneLink({ number }: { number: string }) {
  return <a href={`tel:${dialled(number)}`}>{number}</a>
}

/** An email address that opens a message to it. */
export function EmailLink({ address }: { address: string }) {
  return <a href={mailto(address)}>{address}</a>
}

function CouncillorsOnGovUk() {
  return (
    <a href="https://www.gov.uk/find-your-local-councillors" target="_blank" rel="noopener">
      find and contact your councillors on GOV.UK (opens in a new tab)
    </a>
  )
}

/** One sentence for those who cannot use the form: the office's phone number and email address, or a link to find them. */
export function WithoutForm({ office: { contactPhone, contactEmail } }: { office: PublicTenant }) {
  if (!contactPhone && !contactEmail)
    return (
      <p>
        If you cannot use this form, you can <CouncillorsOnGovUk />.
      </p>
    )
  return (
    <p>
      If you cannot use this form,{' '}
      {contactPhone && (
        <>
          phone <PhoneLink number={contactPhone} />
        </>
      )}
      {contactPhone && contactEmail && ' or '}
      {contactEmail && (
        <>
          email <EmailLink address={contactEmail} />
        </>
      )}
      .
    </p>
  )
}

/** When to expect a reply; nothing where the office does not say. */
export function ReplyTime({ office: { replyWithin } }: { office: PublicTenant }) {
  return replyWithin ? <p>We aim to reply within {replyWithin}.</p> : null
}

/** Other contact details of an office, or a link to find them. */
export function OtherWays({ office }: { office: PublicTenant | undefined }) {
  return (
    <>
      <h2>Other ways to get in touch</h2>
      <WaysToReach office={office} />
    </>
  )
}

/** Contact details of an office as a list, or a link to find them. */
export function WaysToReach({ office }: { office: PublicTenant | undefined }) {
  const { contactEmail, contactPhone } = office ?? {}
  if (!contactEmail && !contactPhone)
    return (
      <p>
        You can <CouncillorsOnGovUk />.
      </p>
    )
  return (
    <ul>
      {contactPhone && (
        <li>
          Phone: <PhoneLink number={contactPhone} />
        </li>
      )}
      {contactEmail && (
        <li>
          Email: <EmailLink address={contactEmail} />
        </li>
      )}
    </ul>
  )
}
