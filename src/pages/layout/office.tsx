import { dialled } from '../../domain/phone'
import type { PublicTenant } from '../../gate/public-gate'

/** Other contact details of an office, or a link to find them. */
export function OtherWays({ office }: { office: PublicTenant | undefined }) {
  const { contactEmail, contactPhone } = office ?? {}
  return (
    <>
      <h2>Other ways to get in touch</h2>
      {contactEmail || contactPhone ? (
        <ul>
          {contactPhone && (
            <li>
              Phone: <a href={`tel:${dialled(contactPhone)}`}>{contactPhone}</a>
            </li>
          )}
          {contactEmail && (
            <li>
              Email: <a href={`mailto:${encodeURIComponent(contactEmail).replace('%40', '@')}`}>{contactEmail}</a>
            </li>
          )}
        </ul>
      ) : (
        <p>
          You can{' '}
          <a href="https://www.gov.uk/find-your-local-councillors" target="_blank" rel="noopener">
            find and contact your councillors on GOV.UK (opens in a new tab)
          </a>
          .
        </p>
      )}
    </>
  )
}
