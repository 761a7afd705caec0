import type { Meter } from './db/batch'
import type { Env } from './env'
import type { PublicTrip } from './gate/public-trip'
import type { Trip } from './gate/trip'

/** What every handler and middleware of the app finds in its context. */
export interface AppEnv {
  Bindings: Env
  Variables: {
    requestId: string
    meter: Meter
    /** Present behind `needs`. */
    trip: Trip
    /** Present behind `open`. */
    publicTrip: PublicTrip
    /** Present where answers are pages. */
    isPage?: true
    /** Present where answers are pages: what their own style is known by. */
    secureHeadersNonce?: string
  }
}
