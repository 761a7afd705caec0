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

/** How many requests all windows of both cells have admitted. */
export async function admittedInAll(): Promise<number> {
  const sums = await Promise.all(
    [0, 1].map((cell) => d1Of(cell).prepare('select sum(total) as n from windows').first<number>('n')),
  )
  return sums.reduce<number>((sum, one) => sum + (one ?? 0), 0)
}
