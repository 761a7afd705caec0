import { type Context, Hono } from 'hono'
import { caseList, caseListValues } from '../../src/db/cases/case-list'
import { caseTextById } from '../../src/db/cases/cases'
import { keyAdmission } from '../../src/db/gate/hit'
import { gateValues } from '../../src/db/gate/placeholder'
import { joined } from '../../src/db/joined'
import { all, type NamedStatements, type Values } from '../../src/db/query'
import { pathOfNobody } from '../../src/domain/address-ranges'
import { guardValues } from '../../src/gate/requirement'
import { d1, limit, windowMs } from './d1'

const guards = guardValues({ plan: 'pro', scope: 'cases:read' })

/** Runs what the gateway sends D1 for a read, for the hash of a key, and answers D1's results as they come. */
async function answer(c: Context, values: Values, reads: NamedStatements) {
  const gates = gateValues({
    ...{ hash: c.req.header('X-API-Key') ?? null, address: pathOfNobody, at: null, admissionId: crypto.randomUUID() },
    ...{ limit, windowSeconds: windowMs / 1000, ...guards },
  })
  const { statements, keep } = all({ admission: keyAdmission, ...reads }).bind({ ...values, ...gates })
  keep?.()
  const results = await d1.batch(joined(statements).map(({ sql, params }) => d1.prepare(sql).bind(...params)))
  return c.json(results.map((one) => one.results))
}

const slice = {
  filters: { archived: false },
  order: { by: 'createdAt', descending: true },
  from: { offset: 0 },
  limit: 20,
} as const

/** The gateway's own statements, and nothing else of it: what its code, headers and log are measured against. */
export default new Hono()
  .get('/me', (c) => answer(c, {}, {}))
  .get('/cases/:id', (c) => answer(c, { id: c.req.param('id') }, { found: caseTextById }))
  .get('/cases', (c) => answer(c, caseListValues(slice), { list: caseList(slice) }))
