import { Hono } from 'hono'
import type { AppEnv } from '../app-env'
import { page } from './layout/frame'

/** The page at `/`, which links to everything else. Browsers request an icon by themselves; it is empty. */
export const landing = new Hono<AppEnv>()
  .get('/favicon.ico', (c) => c.body(null, 204))
  .get('/', (c) =>
    page(
      c,
      'Casework API',
      <>
        <h1>Casework API</h1>
        <p>Residents’ cases, events, news, wards and a contact form for UK councillors.</p>
        <h2>For integrators</h2>
        <p>
          You need an API key. Ask an administrator of your council’s account, or whoever operates this gateway. A key
          may make 100 requests a minute unless it has a limit of its own.
        </p>
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
