import { expect } from 'vitest'
import { call, costOf } from './call'

/** The aggregate report as the API gives it. */
export interface Report {
  generatedAt: string
  total: number | null
  byStatus: Record<string, number | null>
  byWard: { ward: { id: string; name: string } | null; count: number | null }[]
  byCategory: { category: { id: string; name: string } | null; count: number | null }[]
  byMonth: { month: string; created: number | null; closed: number | null }[]
  medianDaysToResolve: number | null
  suppressed?: true
}

/** A day in milliseconds. */
export const day = 24 * 3600 * 1000

/** The first moment of the month so many months ago, in UTC. */
export function monthStart(ago: number): number {
  const now = new Date()
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago)
}

/** A month so many months ago, as reports name it. */
export const monthName = (ago: number) => new Date(monthStart(ago)).toISOString().slice(0, 7)

/** Asks for the report, at the cost of one trip. */
export async function reportOf(key: string, query = ''): Promise<Report> {
  const response = await call(`/api/reports/public${query}`, { key })
  expect(response.status, query).toBe(200)
  expect(costOf(response).trips).toBe(1)
  return response.json<Report>()
}

/** The months in which anything happened. */
export const monthsOf = ({ byMonth }: Report) => byMonth.filter(({ created, closed }) => created !== 0 || closed !== 0)
