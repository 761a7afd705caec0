import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppEnv } from '../../app-env'
import { waitInWords } from '../../domain/wait'
import { ApiError } from '../../errors'
import { countFailedAttempt } from '../../gate/failed-attempt'
import { cellOfKey } from '../../gate/key-format'
import { Input } from '../layout/form-fields'
import { callAs } from './api-call'
import { typed } from './form'
import { isInConsole, Kept, type KeptForm, keptText, readKept } from './kept'
import { consolePage } from './layout/frame'
import { done } from './notice'
import { closeSession, openSession, sessionOf } from './session'
import { issueTicket } from './ticket'

interface SignIn {
  /** Where to go on. */
  next?: string | undefined
  /** A form that was sent without a session. */
  kept?: KeptForm | undefined
  /** What is wrong with the key. */
  fault?: string | undefined
  /** Why one has to sign in again. */
  reason?: string | undefined
  status?: ContentfulStatusCode
}

/** The page to sign in on: one field, for a key. */
export function showSignIn(c: Context<AppEnv>, { next, kept, fault, reason, status }: SignIn = {}) {
  const faults = fault ? { key: fault } : {}
  return consolePage(c, {
    title: 'Sign in',
    faults,
    status,
    children: (
      <>
        <h1>Sign in</h1>
        {reason && <p>{reason}</p>}
        {kept && <p>What you typed is kept, and you can send it once you have signed in.</p>}
        <form method="post" action="/console/sign-in" novalidate>
          <Input
            name="key"
            label="API key"
            hint="A key of the role manager or admin. It begins with sk_cw."
            type="password"
            autocomplete="current-password"
            spellcheck={false}
            answers={{}}
            faults={faults}
          />
          {next && <input type="hidden" name="next" value={next} />}
          {kept && <input type="hidden" name="kept" value={keptText(kept)} />}
          <button type="submit">Sign in</button>
        </form>
        <p>
          You stay signed in for eight hours, or until you sign out. If you have no key, ask an administrator of your
          council’s account or whoever operates this gateway.
        </p>
      </>
    ),
  })
}

/** The address that a refused key leaves in the browser: the page to sign in on, or the overview for who is signed in. */
export async function openSignIn(c: Context<AppEnv>) {
  return (await sessionOf(c)) ? done(c, '/console') : showSignIn(c)
}

/** Takes a key: signs in and goes on, or says what is wrong with it. A key that nobody holds counts against its address. */
export async function signIn(c: Context<AppEnv>) {
  const key = typed(c, 'key')
  const next = isInConsole(typed(c, 'next')) ? typed(c, 'next') : '/console'
  const kept = readKept(c.get('form')?.fields.kept ?? '')
  const again = (fault: string, { status, headers }: Pick<ApiError, 'status' | 'headers'>) => {
    for (const [name, value] of Object.entries(headers)) c.header(name, value)
    return showSignIn(c, { next, kept, fault, status })
  }
  if (key === '') return again('Enter an API key', { status: 400, headers: {} })
  const refusal = await refusalOf(() => callAs(c, key, { path: '/api/me' }))
  if (refusal?.status === 401) {
    const tooMany = await refusalOf(() => countFailedAttempt(c.env, c.var.meter, c.req.raw.headers))
    if (tooMany)
      return again(`Too many attempts have failed from your internet connection. ${tryAgain(tooMany)}`, tooMany)
  }
  if (refusal) return again(faultOf(refusal, key), refusal)

  const session = await openSession(c, key)
  if (!kept) return done(c, next)
  const ticket = await issueTicket(c.env, session)
  return consolePage(c, {
    title: 'Signed in again',
    children: (
      <>
        <h1>Signed in again</h1>
        <p>What you typed before has not been sent yet.</p>
        <Kept kept={kept} ticket={ticket} />
      </>
    ),
  })
}

/** Signs out, and says so. */
export function signOut(c: Context<AppEnv>) {
  closeSession(c)
  return done(c, '/console', 'signed-out')
}

/** The refusal that something ends with; undefined if it succeeds. Throws anything else. */
async function refusalOf(act: () => Promise<unknown>): Promise<ApiError | undefined> {
  try {
    await act()
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return error
    throw error
  }
}

const tryAgain = ({ headers }: ApiError) => `Try again in ${waitInWords(Number(headers['Retry-After']))}`

function faultOf(refusal: ApiError, key: string): string {
  switch (refusal.code) {
    case 'rate_limited':
      return `This key has made all the requests of its window. ${tryAgain(refusal)}`
    case 'role_required':
      return 'The console is for managers and admins, and this key has a lower role'
    case 'plan_required':
      return 'Your council’s plan does not include the API, and so not the console'
    default:
      return cellOfKey(key) === undefined
        ? 'This is not a whole key. Copy all of it: it begins with sk_cw'
        : 'This key does not work. It may have been revoked or have expired, its user may have been disabled, or it may not be used from your address'
  }
}
