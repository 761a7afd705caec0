import { d1Overtaken } from './second-trip'
import { d1Of, type TestTenant } from './tenants'

/** D1's own clock, in milliseconds. */
const d1Clock = async (): Promise<number> =>
  Number(await d1Of().prepare("select cast(round(unixepoch('subsec') * 1000) as integer) as at").first('at'))

/** Longer than a clock's tick, in milliseconds. */
const held = 20

const pass = () => new Promise((resolve) => setTimeout(resolve, held))

/**
 * A Worker far from D1: its write arrives some time after the gate has admitted the request, and after something else has
 * happened meanwhile. `arrivedAt` is D1's clock just before the write.
 */
export function farFromD1(meanwhile: () => Promise<unknown> = async () => undefined) {
  let arrivedAt = Number.NaN
  const DB = d1Overtaken(async () => {
    await pass()
    await meanwhile()
    await pass()
    arrivedAt = await d1Clock()
  })
  return { bindings: { DB }, arrivedAt: () => arrivedAt }
}

/** What an answer says of times. */
export interface Timed {
  id: string
  createdAt: string
  updatedAt?: string
  timeline?: { createdAt: string }[]
}

/** What is kept of a row: milliseconds. */
export const timesOf = (table: string, id: string) =>
  d1Of().prepare(`select version, created_at, updated_at from ${table} where id = ?`).bind(id).first<Times>()

/** The version of a row, and its times in milliseconds. */
export interface Times {
  version: number
  created_at: number
  updated_at: number
}

/** The time of the audit entry about an id. */
export const auditOf = (id: string) =>
  d1Of().prepare('select at from audit where target_id = ?').bind(id).first<number>('at')

/** A time that no clock has yet. */
export const in2100 = Date.UTC(2100, 0, 1)

/** Lets a tenant's audit entries be of that time. Drop the trigger `stamped` afterwards. */
export const stampIn2100 = ({ id }: TestTenant) =>
  d1Of()
    .prepare(
      `create trigger stamped after insert on audit when new.tenant_id = '${id}' begin
        update audit set at = ${in2100} where tenant_id = new.tenant_id and id = new.id; end`,
    )
    .run()
