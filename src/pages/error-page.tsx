import type { Context } from 'hono'
import type { AppEnv } from '../app-env'
import { waitInWords } from '../domain/wait'
import { type ApiError, type Fault, refusalOf } from '../errors'
import { type Answers, answerNames } from './contact-answers'
import { page } from './frame'
import { OtherWays } from './office'
import { Turnstile } from './turnstile'

/** A form that could not be taken, to be sent again as it is. */
export interface Kept {
  answers: Answers
  /** Its ticket, as it came. */
  token: string
  turnstileKey: string | undefined
}

/** Answers anything thrown with a page in plain words, and with a form that could not be taken where there is one. */
export function showError(error: unknown, c: Context<AppEnv>, kept?: Kept) {
  const refusal = refusalOf(error, c)
  const { title, advice } = wordsOf(refusal)
  for (const [name, value] of Object.entries(refusal.headers)) c.header(name, value)
  const trip = c.get('publicTrip')
  const office = trip?.passed ? trip.tenant : undefined
  const content = (
    <>
      <h1>{title}</h1>
      <p>{advice}</p>
      {kept && <SendAgain action={c.req.path} {...kept} />}
      <OtherWays office={office} />
    </>
  )
  return page(c, title, content, refusal.status)
}

interface Words {
  title: string
  advice: string
}

const sentences: Partial<Record<Fault, Words>> = {
  not_found: {
    title: 'Page not found',
    advice:
      'If you typed the address of this page, check that it is right. If you followed a link, it may be out of date.',
  },
  too_large: {
    title: 'Your message is too long',
    advice: 'It could not be sent. Go back, shorten it to 4,000 characters or fewer and send it again.',
  },
  unavailable: {
    title: 'This service is not available just now',
    advice: 'Wait a few minutes, then try again.',
  },
}

function wordsOf({ fault, headers, details }: ApiError): Words {
  if (fault === 'rate_limited') {
    const wait = waitInWords(Number(headers['Retry-After']))
    return {
      title: `You can send another message in ${wait}`,
      advice: `Several messages have come from your internet connection in a short time, so this one has not been sent. Wait ${wait}, then send it again.`,
    }
  }
  const quote = details?.requestId ? ` If it happens again, tell us this code: ${details.requestId}.` : ''
  return (
    sentences[fault] ?? {
      title: 'Sorry, there is a problem',
      advice: `Your request could not be dealt with. Try again later.${quote}`,
    }
  )
}

/** What somebody has written is not lost: it can be read, copied and sent again from here. */
function SendAgain({ action, answers, token, turnstileKey }: Kept & { action: string }) {
  return (
    <form method="post" action={action}>
      <h2>Your message</h2>
      <p>It is kept on this page for as long as the page is open.</p>
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
