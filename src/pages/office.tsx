import type { PublicTenant } from '../gate/public-trip'

/** How to reach an office without this form; for one that has told nothing of itself, how to find that out. */
export function OtherWays({ office }: { office: PublicTenant | undefined }) {
  const { contactEmail, contactPhone } = office ?? {}
  return (
    <>
      <h2>Other ways to get in touch</h2>
      {contactEmail || contactPhone ? (
        <ul>
          {contactPhone && (
            <li>
              Phone: <a href={`tel:${contactPhone.replaceAll(/[^+\d]/g, '')}`}>{contactPhone}</a>
            </li>
          )}
          {contactEmail && (
            <li>
              Email: <a href={`mailto:${contactEmail}`}>{contactEmail}</a>
            </li>
          )}
        </ul>
      ) : (
        <p>
          You can{' '}
          <a href="https://www.gov.uk/find-your-local-councillors">find your councillors and how to reach them</a> on
          GOV.UK.
        </p>
      )}
    </>
  )
}
