import type { OpenAPIHono } from '@hono/zod-openapi'
import { Hono } from 'hono'
import { html } from 'hono/html'
import type { AppEnv } from '../app-env'
import { ApiError } from '../errors'
import { documentOf } from '../openapi/document'

/** No fonts, proxies or counters from anywhere else: the reference is this Worker's own. */
const configuration = JSON.stringify({
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
})

const page = html`<!doctype html>
<html lang="en-GB">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Casework API reference</title>
    <link rel="icon" href="data:," />
  </head>
  <body>
    <script id="api-reference" data-url="/openapi.json" data-configuration="${configuration}"></script>
    <script src="/docs/reference.js"></script>
  </body>
</html>`

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** `/openapi.json`, the document of an app's routes, and at `/docs` the reference that reads it. */
export function docsOf(app: OpenAPIHono<AppEnv>): Hono<AppEnv> {
  let text: string | undefined
  const docs = new Hono<AppEnv>()
  docs.get('/openapi.json', (c) => {
    text ??= JSON.stringify(documentOf(app))
    const servers = JSON.stringify([{ url: new URL(c.req.url).origin }])
    return c.body(
      text.replace('[{"url":"/"}]', () => servers),
      200,
      { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' },
    )
  })
  docs.get('/docs', (c) => {
    c.header('Content-Security-Policy', policy)
    return c.html(page)
  })
  docs.get('/docs/reference.js', async (c) => {
    const script = await c.env.ASSETS?.fetch(new URL('/standalone.js', c.req.url))
    if (!script?.ok) throw new ApiError('not_found')
    return new Response(script.body, {
      headers: { 'Content-Type': 'text/javascript', 'Cache-Control': 'public, max-age=86400' },
    })
  })
  return docs
}
