import { Hono } from 'hono'
import { html } from 'hono/html'
import type { AppEnv } from '../app-env'
import { assetOf } from '../http/asset'

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

/** `/openapi.json`, the document of every route, and at `/docs` the reference that reads it. */
export const docs = new Hono<AppEnv>()

docs.get('/openapi.json', async (c) => {
  const text = await (await assetOf(c, 'openapi.json')).text()
  const url = JSON.stringify(new URL(c.req.url).origin)
  // The only server that the document names; the rest is as it lies there.
  return c.body(
    text.replace('"url": "/"', () => `"url": ${url}`),
    200,
    { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' },
  )
})

docs.get('/docs', (c) => {
  c.header('Content-Security-Policy', policy)
  return c.html(page)
})

docs.get('/docs/reference.js', async (c) => {
  const { body } = await assetOf(c, 'reference.js')
  return new Response(body, {
    headers: { 'Content-Type': 'text/javascript', 'Cache-Control': 'public, max-age=86400' },
  })
})
