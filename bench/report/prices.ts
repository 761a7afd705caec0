/** List prices beyond what the paid plan includes, in US dollars per million, and where and when they were published. */
export const prices = {
  request: 0.3,
  rowRead: 0.001,
  rowWritten: 1,
  durableObjectRequest: 0.15,
  readOn: 'November 2026',
  sources: [
    'https://developers.cloudflare.com/workers/platform/pricing/',
    'https://developers.cloudflare.com/d1/platform/pricing/',
    'https://developers.cloudflare.com/durable-objects/platform/pricing/',
  ],
} as const

/** What one request uses. */
export interface Usage {
  rowsRead: number
  rowsWritten: number
  durableObjectRequests?: number | undefined
}

/** Dollars per million requests. */
export function dollarsPerMillion({ rowsRead, rowsWritten, durableObjectRequests = 0 }: Usage): number {
  return (
    prices.request +
    rowsRead * prices.rowRead +
    rowsWritten * prices.rowWritten +
    durableObjectRequests * prices.durableObjectRequest
  )
}

/** Seconds of a month of 30 days. */
const month = 30 * 24 * 3600

/** Dollars per month at a steady rate, without what the plan includes. */
export const dollarsPerMonth = (perSecond: number, usage: Usage): number =>
  (perSecond * month * dollarsPerMillion(usage)) / 1_000_000

/** Databases for a rate, at so many requests per second each. */
export const cellsFor = (perSecond: number, perCell: number): number => Math.max(1, Math.ceil(perSecond / perCell))
