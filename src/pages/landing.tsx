import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../app-env'
import { page } from './layout/frame'

/** Mounts the page at `/`, which says where everything else is. */
export function mountLanding(app: OpenAPIHono<AppEnv>): void {
  app.get('/', (c) =>
    page(
      c,
      'Casework API',
      <>
        <h1>Casework API</h1>
        <p>Residents’ cases, events, news, wards and a contact form for UK councillors.</p>
        <ul>
          <li>
            <a href="/docs">API reference</a>
          </li>
          <li>
            <a href="/openapi.json">OpenAPI document</a>
          </li>
          <li>
            <a href="/healthz">Health</a>
          </li>
        </ul>
      </>,
    ),
  )
}
