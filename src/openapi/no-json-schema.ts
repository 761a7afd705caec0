/** Stands in for zod's reader of JSON Schema, which nothing calls: 12 KB of the bundle. See `[alias]` in wrangler.toml. */
export const fromJSONSchema = undefined
