import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { auditEntries, auditStop, auditValues } from '../../db/audit'
import { encodeCursor } from '../../domain/page'
import { refuse } from '../../gate/keyed'
import { json } from '../../http/fields'
import { keyedRoute } from '../../http/keyed-route'
import { unusableCursor, valuesAfter } from '../../http/paging'
import { AuditList, AuditQuery } from './audit-schemas'

const list = createRoute({
  method: 'get',
  path: '/',
  ...keyedRoute({ plan: 'council', scope: 'audit:read', role: 'admin' }),
  operationId: 'listAudit',
  summary: 'List audit entries',
  description:
    'Changes with their actor and target, newest first. Ids only; `keyId` and `userId` are null for operators.',
  request: { query: AuditQuery },
  responses: { 200: json('A page of entries.', AuditList) },
})

/** The audit list. */
export const audit = new OpenAPIHono<AppEnv>().openapi(list, async (c) => {
  const { gate } = c.var
  const { cursor, pageSize, ...filters } = c.req.valid('query')
  const listed = JSON.stringify(['audit', filters])
  const after = cursor === undefined ? undefined : (idAfter(cursor, listed) ?? (await refuse(gate, unusableCursor())))
  const isSifted = Object.values(filters).some((filter) => filter !== undefined)
  const { rows, stops = [] } = await gate.read(auditValues(filters, after, pageSize + 1), {
    rows: auditEntries,
    stops: isSifted ? auditStop : undefined,
  })

  const entries = rows.slice(0, pageSize)
  const last = rows.length > pageSize ? entries.at(-1) : stops[0]
  const nextCursor = last ? encodeCursor({ page: 1, position: { after: [last.id] } }, listed) : null
  const isPartial = last !== undefined && entries.length < pageSize
  return c.json({ entries, nextCursor, ...(isPartial && { partial: true as const }) }, 200)
})

function idAfter(cursor: string, listed: string): string | undefined {
  const id = valuesAfter(cursor, listed, 1)?.after0
  return typeof id === 'string' ? id : undefined
}
