import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import { secureHeaders } from 'hono/secure-headers'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { version } from '../../../../package.json'
import type { AppEnv } from '../../../app-env'
import type { Principal } from '../../../gate/principal'
import { ErrorSummary } from '../../layout/error-summary'
import { takeNotice } from '../notice'
import { Navigation } from './navigation'

/** Nothing but the page and this site's own stylesheet: no script, no inline style, no other site. */
const strict = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
})

/** Answers in HTML, errors included, that no cache keeps. Other sites learn no address; this one does, by `Origin`. */
export function answersInConsole() {
  return createMiddleware<AppEnv>(async function answersInConsole(c, next) {
    c.set('isPage', true)
    await strict(c, next)
    c.set('answerHeaders', {
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'same-origin',
      'X-Frame-Options': 'DENY',
    })
  })
}

/** A page of the console. */
interface Content {
  title: string
  /** The pages that this one is below, outermost first. */
  trail?: readonly (readonly [path: string, name: string])[]
  /** Errors by the id of the control to correct, said above everything else; the title says first that there are some. */
  faults?: Readonly<Record<string, string | undefined>>
  status?: ContentfulStatusCode | undefined
  children: Child
}

/** Answers with a page, between the console's header with its navigation and its footer. */
export function consolePage(c: Context<AppEnv>, { title, trail = [], faults = {}, status = 200, children }: Content) {
  const gate = c.get('gate')
  const principal = gate?.passed ? gate.principal : undefined
  const notice = takeNotice(c)
  const faultList = Object.entries(faults).flatMap(([id, sentence]) => (sentence ? [{ id, sentence }] : []))
  const document = (
    <html lang="en-GB">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${status === 409 || faultList.length > 0 ? 'Error: ' : ''}${title} – Casework console`}</title>
        <link rel="stylesheet" href={`/console/style.css?v=${version}`} />
      </head>
      <body class="console">
        <Header principal={principal} />
        {principal && <Navigation principal={principal} path={c.req.path} />}
        <div class="wide">
          {trail.length > 0 && <Breadcrumbs trail={trail} />}
          <main id="main" tabindex={-1}>
            {notice && (
              <div class={notice.isBad ? 'summary' : 'done'} role="alert">
                <p>{notice.words}</p>
              </div>
            )}
            <ErrorSummary faults={faultList} />
            {children}
          </main>
        </div>
        <footer>
          <div class="wide">
            <ul>
              <li>
                <a href="/accessibility">Accessibility</a>
              </li>
              <li>
                <a href="/docs">API reference</a>
              </li>
            </ul>
            <p>
              Cookies: one keeps you signed in for up to eight hours, and others take a message or a new key to the next
              page.
            </p>
          </div>
        </footer>
      </body>
    </html>
  )
  return c.html(html`<!doctype html>${document}`, status)
}

function Header({ principal }: { principal: Principal | undefined }) {
  return (
    <header>
      <a class="skip" href="#main">
        Skip to main content
      </a>
      <div class="wide">
        <p class="name">
          {principal ? principal.tenant.name : 'Casework'} <span>console</span>
        </p>
        {principal && (
          <form method="post" action="/console/sign-out">
            <p>
              {principal.user.name}, {principal.role}
            </p>
            <button class="link" type="submit">
              Sign out
            </button>
          </form>
        )}
      </div>
    </header>
  )
}

function Breadcrumbs({ trail }: { trail: NonNullable<Content['trail']> }) {
  return (
    <nav class="trail" aria-label="Breadcrumb">
      <ol>
        {trail.map(([path, name]) => (
          <li key={path}>
            <a href={path}>{name}</a>
          </li>
        ))}
      </ol>
    </nav>
  )
}
