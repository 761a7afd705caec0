import { Hono } from 'hono'
import type { AppEnv } from '../app-env'
import { page } from './layout/frame'

/** The page at `/`, which links to everything else. */
export const landing = new Hono<AppEnv>().get('/', (c) =>
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
