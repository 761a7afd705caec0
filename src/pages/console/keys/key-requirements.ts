/** What seeing keys and their usage takes. */
export const reading = { plan: 'pro', scope: 'keys:read', role: 'admin' } as const

/** What managing keys takes. */
export const managing = { plan: 'pro', scope: 'keys:write', role: 'admin' } as const
