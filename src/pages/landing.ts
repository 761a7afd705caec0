import type { OpenAPIHono } from '@hono/zod-openapi'
import { html } from 'hono/html'
import type { AppEnv } from '../app-env'

const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Casework API</title>
  </head>
  <body>
    <main>
      <h1>Casework API</h1>
      <p>Residents’ cases, events, news, wards and a contact form for UK councillors.</p>
      <ul>
        <li><a href="/docs">API reference</a></li>
        <li><a href="/openapi.json">OpenAPI document</a></li>
        <li><a href="/healthz">Health</a></li>
      </ul>
    </main>
  </body>
</html>`

/** Mounts the page at `/`, which says where everything else is. */
export function mountLanding(app: OpenAPIHono<AppEnv>): void {
  app.get('/', (c) => {
    c.header(
      'Content-Security-Policy',
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    return c.html(page)
  })
}
