import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import type { AppEnv } from '../../app-env'
import { waitInWords } from '../../domain/wait'
import { type ApiError, type ErrorCode, refusalOf } from '../../errors'
import { page } from './frame'
import { OtherWays } from './office'

/** Answers anything thrown with a page in plain words, followed by `more`. */
export function showError(error: unknown, c: Context<AppEnv>, more?: Child) {
  const refusal = refusalOf(error, c)
  const { title, advice } = wordsOf(refusal)
  for (const [name, value] of Object.entries(refusal.headers)) c.header(name, value)
  const gate = c.get('publicGate')
  const office = gate?.passed ? gate.tenant : undefined
  const content = (
    <>
      <h1>{title}</h1>
      <p>{advice}</p>
      {more}
      <OtherWays office={office} />
    </>
  )
  return page(c, title, content, refusal.status)
}

interface Words {
  title: string
  advice: string
}

const notFound: Words = {
  title: 'Page not found',
  advice:
    'If you typed the address of this page, check that it is right. If you followed a link, it may be out of date.',
}

const sentences: Partial<Record<ErrorCode, Words>> = {
  not_found: notFound,
  method_not_allowed: notFound,
  too_large: {
    title: 'Your message is too long',
    advice: 'It could not be sent. Go back, shorten it to 4,000 characters or fewer and send it again.',
  },
  unavailable: {
    title: 'This service is temporarily unavailable',
    advice: 'Wait a few minutes, then try again.',
  },
}

function wordsOf({ code, headers, details }: ApiError): Words {
  if (code === 'rate_limited') {
    const wait = waitInWords(Number(headers['Retry-After']))
    return {
      title: `You can send another message in ${wait}`,
      advice: `Too many messages have been sent from your internet connection, so this one has not been sent. Wait ${wait}, then send it again.`,
    }
  }
  const quote = details?.requestId ? ` If it happens again, quote this code: ${details.requestId}.` : ''
  return (
    sentences[code] ?? {
      title: 'Sorry, there is a problem with the service',
      advice: `Try again later.${quote}`,
    }
  )
}
