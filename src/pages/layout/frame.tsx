import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { html, raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { NONCE, secureHeaders } from 'hono/secure-headers'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppEnv } from '../../app-env'
import { settingsOf } from '../../settings'
import { PageFooter } from './page-footer'
import { PageHeader } from './page-header'
import { stylesheet } from './stylesheet'

/** Nothing but the page itself: no script, no font, no image, no other site. */
const policy = {
  defaultSrc: ["'none'"],
  styleSrc: [NONCE],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
}

const turnstile = ['https://challenges.cloudflare.com']

const strict = secureHeaders({ contentSecurityPolicy: policy })
const withTurnstile = secureHeaders({ contentSecurityPolicy: { ...policy, scriptSrc: turnstile, frameSrc: turnstile } })

/**
 * Makes a path answer in HTML, errors included, and limits what its pages load: their own style, by a nonce that
 * is new with every answer, and Turnstile's script where that is switched on (Content Security Policy Level 3).
 */
export function answersInHtml() {
  return createMiddleware<AppEnv>(async function answersInHtml(c, next) {
    c.set('isPage', true)
    return settingsOf(c.env).turnstile ? withTurnstile(c, next) : strict(c, next)
  })
}

/** Answers with a page: its title and content, between the office's header and footer. */
export function page(c: Context<AppEnv>, title: string, content: Child, status: ContentfulStatusCode = 200) {
  const gate = c.get('publicGate')
  const office = gate?.passed ? gate.tenant : undefined
  const document = (
    <html lang="en-GB">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <style nonce={c.get('secureHeadersNonce')}>{raw(stylesheet)}</style>
      </head>
      <body>
        <PageHeader office={office} />
        <main class="width" id="main" tabindex={-1}>
          {content}
        </main>
        <PageFooter office={office} />
      </body>
    </html>
  )
  return c.html(html`<!doctype html>${document}`, status)
}
