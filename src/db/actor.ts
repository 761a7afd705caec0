/** The values that every write needs and no handler should have to find. */
export interface Actor {
  readonly tenantId: string
  readonly userId: string
  readonly keyId: string
  readonly familyId: string
  readonly requestId: string
  readonly now: string
  /** The only assignee whose cases the caller sees; null for all of the tenant's. */
  readonly viewer: string | null
}

/** The values that every public write needs: nobody in particular wrote, for this tenant, at this moment. */
export interface PublicActor {
  readonly tenantId: string
  readonly userId: null
  readonly keyId: null
  /** The tenant and the window that counted the request: whose results those are that are kept for replays. */
  readonly familyId: string
  readonly requestId: string
  readonly now: string
}

/** The values that every write of an operator's command needs: no key, no user and no request. */
export interface OperatorActor {
  readonly tenantId: string
  readonly userId: null
  readonly keyId: null
  readonly familyId: null
  readonly requestId: null
  readonly now: string
}
