import { env } from 'cloudflare:workers'
import { addressWindowId } from '../../src/gate/address'
import { d1Of } from './tenants'

/** How many requests a window has admitted since it was made; 0 where there is none. */
export async function admittedIn(windowId: string): Promise<number> {
  return (await d1Of().prepare('select total from windows where id = ?').bind(windowId).first<number>('total')) ?? 0
}

/** How many requests of an address have been admitted. */
export const windowOf = async (address: string) =>
  admittedIn(await addressWindowId(env, new Headers({ 'CF-Connecting-IP': address })))
