import { recordAudit } from '../../../src/db/audit'
import { auditOfClosing, closeTenant, openTenant } from '../../../src/db/closing'
import { group, type Values } from '../../../src/db/query'
import { placeOf } from '../cells'
import { moment, type PlaceOptions, print, whole } from '../command'
import { run } from '../database'
import { UsageError } from '../fault'
import { actorOf, getTenant } from '../records'

/** Options of `tenants close`. */
interface Close extends PlaceOptions {
  /** A number of days, `never`, or a time, ISO 8601. */
  eraseAfter?: number | string
}

/** Closes a tenant, or gives a closed one another end, and prints what it is now. */
export async function close(slug: string, { eraseAfter, ...options }: Close): Promise<void> {
  await change(slug, options, 'tenant.close', (tenant) => closeTenant(endOf(tenant.now, eraseAfter), tenant))
}

/** Opens a closed tenant, and prints what it is now. */
export async function open(slug: string, options: PlaceOptions): Promise<void> {
  await change(slug, options, 'tenant.open', openTenant)
}

/** Parses an end of a closed tenant's data: a number of days, or a time. */
export const end = (value: string) => (/^\d+$/.test(value) ? whole(1, 3650)(value) : moment(value))

const dayMs = 86_400_000

/** The end as it is kept: null for never, undefined where nothing is said of it. */
function endOf(now: string, given: Close['eraseAfter']): string | null | undefined {
  if (given === 'never') return null
  return typeof given === 'number' ? new Date(Date.parse(now) + given * dayMs).toISOString() : given
}

async function change(
  slug: string,
  options: PlaceOptions,
  action: 'tenant.close' | 'tenant.open',
  changeOf: (tenant: Values & { now: string }) => ReturnType<typeof openTenant>,
): Promise<void> {
  const { cell, tenant } = await getTenant(placeOf(options), slug, group([]))
  if (action === 'tenant.open' && tenant.closedAt === null) throw new UsageError(`"${slug}" is open`)
  const actor = actorOf(tenant.id, tenant.now)
  const [, [changed]] = await run(cell, [
    recordAudit(actor, action, tenant.id, auditOfClosing),
    ...changeOf({ ...actor }),
  ])
  if (!changed) throw new UsageError(`The data of "${slug}" have been due to be erased since ${tenant.eraseAfter}`)
  print({ id: tenant.id, slug, cell: cell.number, ...changed }, options)
}
