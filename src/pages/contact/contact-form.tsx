import type { ContactChoices } from '../../db/contact'
import { retention } from '../../domain/retention'
import { counted } from '../../domain/wait'
import type { PublicTenant } from '../../gate/public-gate'
import { ErrorSummary } from '../layout/error-summary'
import { Area, Choice, Input } from '../layout/form-fields'
import { privacyAddress, ReplyTime, WithoutForm } from '../layout/office'
import { Turnstile } from '../layout/turnstile'
import { type Answers, answerNames, type Faults } from './contact-answers'

/** Name of the invisible field, which only bots fill in. */
export const honeypotName = 'subject'

interface FormProps {
  office: PublicTenant
  choices: ContactChoices
  answers: Answers
  /** The form's ticket. */
  token: string
  faults?: Faults | undefined
  /** Error of the form as a whole. */
  notice?: string | undefined
  turnstileKey?: string | undefined
}

/** The contact form, empty or as sent with its errors: labels, hints and errors in the style of GOV.UK. */
export function ContactForm({ office, choices, answers, token, faults = {}, notice, turnstileKey }: FormProps) {
  const given = { answers, faults }
  return (
    <>
      <ErrorSummary faults={faultList(faults, notice)} />
      <h1>Contact {office.name}</h1>
      <p>Use this form to ask for help or to report a problem. In an emergency, call 999 instead.</p>
      <WithoutForm office={office} />
      <ReplyTime office={office} />
      {/* Without an action, a form goes to its page's address with whatever summary link was followed last. */}
      <form method="post" action={`/contact/${office.slug}`} novalidate>
        <input type="hidden" name="ticket" value={token} />
        <Input {...given} name="name" label="Full name" autocomplete="name" spellcheck={false} />
        <fieldset aria-describedby="reply-hint">
          <legend>How can we reply to you?</legend>
          <p class="hint" id="reply-hint">
            Enter an email address, a phone number or both.
          </p>
          <Input {...given} name="email" label="Email address" type="email" autocomplete="email" spellcheck={false} />
          <Input {...given} name="phone" label="Phone number" type="tel" autocomplete="tel" short />
        </fieldset>
        <Input
          {...given}
          name="postcode"
          label="Postcode (optional)"
          hint="The postcode of the place your message is about, or of your home. It tells us which ward it is in."
          autocomplete="postal-code"
          spellcheck={false}
          short
        />
        <Area {...given} name="address" label="Address (optional)" rows={3} autocomplete="street-address" />
        <Choice
          {...given}
          name="categoryId"
          label="What is it about? (optional)"
          of={choices.categories}
          none="Not sure"
        />
        <Choice
          {...given}
          name="wardId"
          label="Ward (optional)"
          hint="If you are not sure, leave this as it is."
          of={choices.wards}
          none="Not sure"
        />
        <Area
          {...given}
          name="message"
          label="Your message"
          hint="Say where and when, if you can. You can enter up to 4,000 characters."
          rows={8}
        />
        <Honeypot />
        <Turnstile siteKey={turnstileKey} />
        <YourInformation office={office} />
        <button type="submit" id="send">
          Send message
        </button>
      </form>
    </>
  )
}

/** All errors in the form's order, each with the id of its control. */
function faultList(faults: Faults, notice: string | undefined) {
  const ofFields = answerNames.flatMap((name) => (faults[name] ? [{ id: name, sentence: faults[name] }] : []))
  return notice ? [{ id: 'send', sentence: notice }, ...ofFields] : ofFields
}

/** Who is responsible, why, how long and which rights (UK GDPR, article 13), before the message is sent. */
function YourInformation({ office }: { office: PublicTenant }) {
  return (
    <div class="notice">
      <h2>Your information</h2>
      <p>
        {office.controller ?? office.name} is responsible for the information you send here, and uses it to deal with
        your message and to reply to you. If your message leads to a case, your details are removed{' '}
        {counted(office.anonymiseAfterMonths, 'month')} after the case is closed; if not, the message is deleted{' '}
        {counted(retention.submissionMonths, 'month')} after it was dealt with. You can ask to see your information or
        to have it corrected or deleted, and you can complain to the Information Commissioner’s Office.
      </p>
      {/* A new tab, since the browser may not keep what has been typed here. */}
      <p>
        <a href={privacyAddress(office)} target="_blank" rel="noopener">
          Read the privacy notice (opens in a new tab)
        </a>
      </p>
    </div>
  )
}

/** A trap for robots. `hidden` needs no style sheet to keep it from people and from assistive technology. */
function Honeypot() {
  return (
    <div hidden>
      <label for={honeypotName}>Leave this field empty</label>
      <input id={honeypotName} name={honeypotName} type="text" tabindex={-1} autocomplete="off" />
    </div>
  )
}
