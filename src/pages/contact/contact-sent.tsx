import type { PublicTenant } from '../../gate/public-gate'
import { OtherWays, ReplyTime } from '../layout/office'

/** Confirmation of a message and the next steps. Shows nothing that was written. */
export function MessageSent({ office, reference }: { office: PublicTenant; reference: string }) {
  return (
    <>
      <div class="sent">
        <h1>Message sent</h1>
        <p>
          Your reference <strong>{reference}</strong>
        </p>
      </div>
      <h2>What happens next</h2>
      <p>
        {office.name} has your message. Somebody will read it and reply to the email address or phone number you gave.
      </p>
      <ReplyTime office={office} />
      <p>Keep the reference: quote it if you get in touch about this again.</p>
      <p>
        <a href={`/contact/${office.slug}`}>Send another message</a>
      </p>
      <OtherWays office={office} />
    </>
  )
}
