/**
 * Stands in for parts of zod that nothing calls, 57 KB of the bundle: its reader and writer of JSON Schema, and its compiler,
 * which Workers could not run. See `[alias]` in wrangler.toml.
 */
const nothing = () => undefined

export {
  nothing as compile,
  nothing as createStandardJSONSchemaMethod,
  nothing as createToJSONSchemaMethod,
  nothing as extractDefs,
  nothing as finalize,
  nothing as fromJSONSchema,
  nothing as handleUnrepresentable,
  nothing as INVALID,
  nothing as initializeContext,
  nothing as memoizer,
  nothing as processSchema,
  nothing as withParser,
  nothing as ZodCompileAsyncError,
  nothing as ZodCompileUnsupportedError,
}
