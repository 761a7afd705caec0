import type { z } from 'zod'

/**
 * Stands in for the generator of OpenAPI documents that `@hono/zod-openapi` brings, 8 KB of the bundle gzipped: the document
 * is made before the Worker is, and served as a file. Descriptions and examples of schemas are dropped, routes are not
 * recorded. See `[alias]` in wrangler.toml.
 */
export function extendZodWithOpenApi({ ZodType }: typeof z): void {
  Object.assign(ZodType.prototype, {
    openapi(this: z.ZodType) {
      return this
    },
  })
}

/** The record of an app's routes, always empty. */
export class OpenAPIRegistry {
  readonly definitions = []

  registerPath(): void {}
}

const nothing = () => undefined

export { nothing as getOpenApiMetadata, nothing as OpenApiGeneratorV3, nothing as OpenApiGeneratorV31 }
