import { Turnstile } from '../layout/turnstile'
import { type Answers, answerNames } from './contact-answers'

interface Kept {
  /** The form's address. */
  action: string
  answers: Answers
  /** Its ticket, as received. */
  token: string
  turnstileKey: string | undefined
}

/** A form that could not be accepted: its text can be read, copied and sent again. */
export function KeptForm({ action, answers, token, turnstileKey }: Kept) {
  return (
    <form method="post" action={action}>
      <h2>Your message</h2>
      <p>Your message stays on this page while the page is open.</p>
      <p class="kept">{answers.message}</p>
      <input type="hidden" name="ticket" value={token} />
      {answerNames.map((name) => (
        <input key={name} type="hidden" name={name} value={answers[name]} />
      ))}
      <Turnstile siteKey={turnstileKey} />
      <button type="submit">Send it again</button>
    </form>
  )
}
