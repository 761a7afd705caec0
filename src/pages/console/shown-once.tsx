import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import { sealed, unsealed } from '../sealed'
import { cookie } from './cookie'
import { Form } from './layout/form'
import { consolePage } from './layout/frame'
import { done, type Notice } from './notice'
import { newTicket, type Page } from './page'
import { secretOf } from './session'

/** How long a secret can be shown again by loading its page again: ten minutes. */
const shownForSeconds = 600

const cookieName = 'casework-once'

const Shown = z.object({ session: z.string(), at: z.string(), secret: z.string(), until: z.number() })

/**
 * Goes on to the page that shows a new secret, once: it travels sealed in a cookie, never in an address, so that the page
 * can be loaded again without making another one.
 *
 * @param at path of that page
 */
export async function showOnce(c: Page, at: string, secret: string): Promise<Response> {
  const until = Date.now() + shownForSeconds * 1000
  const shown = await sealed({ session: c.var.session.id, at, secret, until }, secretOf(c.env))
  setCookie(c, cookieName, shown, { ...cookie, maxAge: shownForSeconds })
  return done(c, at)
}

/** The secret that this page shows; undefined if it is for another page or session, or it is over. */
export async function secretShown(c: Page): Promise<string | undefined> {
  const text = getCookie(c, cookieName, 'host')
  const { success, data } = Shown.safeParse(text && (await unsealed(text, secretOf(c.env))))
  if (!success || data.session !== c.var.session.id || data.at !== c.req.path || data.until <= Date.now()) return
  return data.secret
}

/** Hides it for good, and goes back to what it belongs to. */
export function hideSecret(c: Page, to: string, notice: Notice): Response {
  deleteCookie(c, cookieName, cookie)
  return done(c, to, notice)
}

interface Secret {
  title: string
  /** What it is: `key`, `secret`. */
  noun: string
  secret: string | undefined
  advice: string
  trail: readonly (readonly [path: string, name: string])[]
}

/** The page of a new secret. */
export async function secretPage(c: Page, { title, noun, secret, advice, trail }: Secret) {
  const ticket = await newTicket(c)
  const [back = '/console'] = trail.at(-1) ?? []
  return consolePage(c, {
    title,
    trail,
    children: secret ? (
      <>
        <h1>{title}</h1>
        <p>
          This is the only time that the {noun} is shown. Copy it now, and keep it where only those who need it can read
          it. {advice}
        </p>
        <p>
          <code class="secret" tabindex={0}>
            {secret}
          </code>
        </p>
        <p>You can load this page again for ten minutes.</p>
        <Form action={c.req.path} ticket={ticket} label={`I have copied the ${noun}`}>
          {null}
        </Form>
      </>
    ) : (
      <>
        <h1>The {noun} is no longer shown</h1>
        <p>It was shown once. If you have not kept it, replace it by a new one.</p>
        <p>
          <a href={back}>Go on</a>
        </p>
      </>
    ),
  })
}
