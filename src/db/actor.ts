/** The actor of a write: values bound in every write. */
export interface Actor {
  readonly tenantId: string
  readonly userId: string
  readonly keyId: string
  readonly familyId: string
  readonly requestId: string
  /** When the request was admitted, ISO 8601: what ids are made from. What is written carries the time of its own batch. */
  readonly now: string
  /** The id of the audit entry that a batch of theirs begins with. */
  readonly auditId: string
  /** The only assignee whose cases the caller sees; null for all of the tenant's. */
  readonly viewer: string | null
}

/** The actor of a public write: anonymous, with the tenant and the time. */
export interface PublicActor {
  readonly tenantId: string
  readonly userId: null
  readonly keyId: null
  /** The tenant and the window that counted the request: owner of stored results. */
  readonly familyId: string
  readonly requestId: string
  readonly now: string
  /** The id of the audit entry that a batch of theirs begins with. */
  readonly auditId: string
}

/** The actor of an operator's command: no key, no user and no request. */
export interface OperatorActor {
  readonly tenantId: string
  readonly userId: null
  readonly keyId: null
  readonly familyId: null
  readonly requestId: null
  readonly now: string
  /** The id of the audit entry that a batch of theirs begins with. */
  readonly auditId: string
}
