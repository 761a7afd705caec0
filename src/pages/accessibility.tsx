import { Hono } from 'hono'
import type { AppEnv } from '../app-env'
import { ApiError } from '../errors'
import { page } from './layout/frame'
import { AccessibilityStatement } from './statements/accessibility-statement'

/** `/accessibility`: the statement for the pages of no office in particular. */
export const accessibility = new Hono<AppEnv>()
  .get('/accessibility', (c) => page(c, 'Accessibility statement', <AccessibilityStatement office={undefined} />))
  .all('/accessibility', () => {
    throw new ApiError('method_not_allowed', { headers: { Allow: 'GET, HEAD' } })
  })
