import { askWards, aTenant, newAddress } from './public-calls'

/** The body of every 429. */
export const limited = '{"error":"Rate limit exceeded"}'

const rateNames = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'RateLimit-Policy', 'RateLimit', 'Retry-After']

/** Everything that an answer says of limits. */
export const ratesOf = ({ headers }: Response) => Object.fromEntries(rateNames.map((name) => [name, headers.get(name)]))

/** An answer that says nothing of limits. */
export const noRates = Object.fromEntries(rateNames.map((name) => [name, null]))

/** A tenant and an address whose five requests are used up. */
export async function arrangeFull() {
  const tenant = await aTenant()
  const address = newAddress()
  for (let i = 0; i < 5; i++) await askWards(tenant, address)
  return { tenant, address }
}
