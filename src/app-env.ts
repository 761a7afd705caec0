import type { Meter } from './db/batch'
import type { ApiError } from './errors'
import type { Gate } from './gate/gate'
import type { PublicGate } from './gate/public-gate'
import type { Env } from './settings'

/** Who is signed in to the console: nothing but their key, which every page shows to the gate. */
export interface Session {
  /** Random: binds the forms of a session to it. */
  readonly id: string
  readonly key: string
  /** When it ends, in milliseconds. */
  readonly until: number
}

/** A form as it came. */
export interface SentForm {
  /** What could be read of its fields, by name; of several of one name the last. Files are left out. */
  readonly fields: Readonly<Record<string, string>>
  /** The same in their order, with all values of one name. */
  readonly pairs: readonly (readonly [name: string, value: string])[]
  /** Whether it was a form, and all of it could be read. */
  readonly isWhole: boolean
}

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
