import type { Meter } from './db/batch'
import type { ApiError } from './errors'
import type { Gate } from './gate/gate'
import type { PublicGate } from './gate/public-gate'
import type { Session } from './pages/console/session'
import type { SentForm } from './pages/form-body'
import type { Env } from './settings'

/** Context variables of the app. */
export interface AppEnv {
  Bindings: Env
  Variables: {
    requestId: string
    meter: Meter
    /** Present behind `keyed`. */
    gate: Gate
    /** Present behind `publicRoute`. */
    publicGate: PublicGate
    /** Headers of the answer. Present behind `keyedHeaders`. */
    answerHeaders?: Record<string, string>
    /** Present once the request has been refused. */
    refusal?: ApiError
    /** Present where answers are pages. */
    isPage?: true
    /** Who is signed in to the console. Present behind `signedIn`. */
    session: Session
    /** The form that was sent. Present behind `readsForm`. */
    form?: SentForm
    /** Present once the form's ticket has been spent. */
    isTicketSpent?: true
    /** Nonce of a page's own style; present where answers are pages. */
    secureHeadersNonce?: string
  }
}
