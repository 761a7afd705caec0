/** What came of an attempt at delivering. */
export const outcomes = ['delivered', 'refused', 'failed', 'redirected', 'timeout', 'unreachable', 'gone'] as const
export type Outcome = (typeof outcomes)[number]

/** Contents of a message: what happened with the target's main fields, or its id only. */
export const payloads = ['full', 'thin'] as const
export type PayloadKind = (typeof payloads)[number]

/** Why an endpoint is disabled: by a person, by a 410, or because nothing got through for five days. */
export const disabledReasons = ['manual', 'gone', 'failing'] as const
export type DisabledReason = (typeof disabledReasons)[number]

/** The event of a test, which no endpoint subscribes to. */
export const testEvent = 'webhook_test'
