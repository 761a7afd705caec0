import type { Context } from 'hono'
import type { AppEnv } from '../app-env'
import { ApiError } from '../errors'

/** A file of `assets`. Throws 404 where the Worker runs without them. */
export async function assetOf(c: Context<AppEnv>, name: string): Promise<Response> {
  const asset = await c.env.ASSETS?.fetch(new URL(`/${name}`, c.req.url))
  if (!asset?.ok) throw new ApiError('not_found')
  // Its headers can be set, which those of what was fetched cannot.
  return new Response(asset.body, asset)
}
