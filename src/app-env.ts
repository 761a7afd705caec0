import type { Meter } from './db/batch'
import type { ApiError } from './errors'
import type { Gate } from './gate/gate'
import type { PublicGate } from './gate/public-gate'
import type { Env } from './settings'

/** What every handler and middleware of the app finds in its context. */
export interface AppEnv {
  Bindings: Env
  Variables: {
    requestId: string
    meter: Meter
    /** Present behind `keyed`. */
    gate: Gate
    /** Present behind `publicRoute`. */
    publicGate: PublicGate
    /** Present once the request has been refused. */
    refusal?: ApiError
    /** Present where answers are pages. */
    isPage?: true
    /** Present where answers are pages: what their own style is known by. */
    secureHeadersNonce?: string
  }
}
