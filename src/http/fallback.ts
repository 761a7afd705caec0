import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../app-env'
import { ApiError } from '../errors'
import { admitAnyKey } from '../gate/keyed'

/**
 * Answers what no route takes: 405 with `Allow` where the path has other methods, else 404. Behind the gate, so that
 * even these carry the caller's headers. Mount it after every route.
 */
export function mountFallbacks(app: OpenAPIHono<AppEnv>): void {
  for (const [path, methods] of methodsByPath(app)) {
    const isKeyed = path.startsWith('/api/') && !path.startsWith('/api/public/')
    const allow = [...methods, ...(methods.has('GET') ? ['HEAD'] : [])].join(', ')
    if (isKeyed) app.all(path, admitAnyKey())
    app.all(path, () => {
      throw new ApiError('method_not_allowed', { headers: { Allow: allow } })
    })
  }
  app.all('/api/public/*', () => {
    throw new ApiError('not_found')
  })
  app.all('/api/*', admitAnyKey(), () => {
    throw new ApiError('not_found')
  })
}

/** The methods of every path, in the order in which the router tries them: `/api/cases/export` before `/api/cases/:id`. */
function methodsByPath({ routes }: OpenAPIHono<AppEnv>): Map<string, Set<string>> {
  const methods = new Map<string, Set<string>>()
  for (const { path, method } of routes) {
    if (method !== 'ALL' && !path.includes('*')) methods.set(path, (methods.get(path) ?? new Set()).add(method))
  }
  return methods
}
