import { and, asc, eq, getTableColumns, gt, type InferSelectModel, type SQL, sql } from 'drizzle-orm'
import { fold } from '../../domain/fold'
import { auditOf } from '../audit'
import { changeOf } from '../changes'
import {
  atExpectedVersion,
  jsonColumn,
  ofCaller,
  ofCallerById,
  ofTenant,
  ofTenantById,
  touched,
  unlessNull,
} from '../conditions'
import { guard } from '../guards'
import { listedAtOnce } from '../limits'
import {
  atMostOne,
  type BoundStatement,
  build,
  exactlyOne,
  type Given,
  placeholder,
  type Statement,
  statement,
  type Values,
} from '../query'
import { wardCouncillors, wards } from '../schema/directory'
import { users } from '../schema/tenants'
import { stamp } from '../stamp'
import { isPerson } from './users'

type Row = InferSelectModel<typeof wards>

/** A ward as it is stored, with its councillors' ids in ascending order. */
export interface Ward extends Row {
  councillorIds: string[]
}

const councillorIds = jsonColumn<string[]>(
  sql`(
  select json_group_array(${wardCouncillors.userId} order by ${wardCouncillors.userId}) from ${wardCouncillors}
  where ${wardCouncillors.wardId} = ${wards.id})`,
  'councillor_ids',
)

const isTarget = and(ofTenantById(wards), atExpectedVersion(wards))

function wardsWhere(condition: SQL | undefined): Statement<Ward[]> {
  return statement(
    build
      .select({ ...getTableColumns(wards), councillorIds })
      .from(wards)
      .where(condition)
      .orderBy(asc(wards.nameKey))
      .limit(listedAtOnce + 1),
    { outgrowsText: true },
  )
}

const areListed = and(
  ofCaller(wards),
  unlessNull('enabled', (enabled) => eq(wards.enabled, enabled)),
)

/** The wards A–Z by folded name; `enabled` 1, 0 or null for both. Returns one more than is shown. */
export const listWards = wardsWhere(areListed)

/** The wards that follow a cursor's. */
export const listWardsAfter = wardsWhere(and(areListed, gt(wards.nameKey, placeholder('after0'))))

/** Position of a ward, for a cursor after it. */
export function positionAfterWard({ nameKey }: Ward): string[] {
  return [nameKey]
}

/** The ward `id`, in the gate's trip. */
export const wardById = atMostOne(wardsWhere(ofCallerById(wards)))

/** The ward `id`, after a write. */
export const wardAfterWrite = atMostOne(wardsWhere(ofTenantById(wards)))

/** The caller's ward that already has the folded name `nameKey`. */
export const wardNamed = atMostOne(
  statement(
    build
      .select({ id: wards.id })
      .from(wards)
      .where(and(ofCaller(wards), eq(wards.nameKey, placeholder('nameKey')))),
  ),
)

/** Those of `councillorIds` (a JSON list) that are enabled users of the caller's tenant. */
export const councillorsAmong = statement(
  build
    .select({ id: users.id })
    .from(users)
    .where(
      and(
        ofCaller(users),
        eq(users.enabled, true),
        sql`${users.id} in (select value from json_each(${placeholder('councillorIds')}))`,
      ),
    ),
)

/**
 * `askedIds` (a JSON list) are enabled users of the tenant's, or councillors of the ward `id` already: refused by their
 * places in the list.
 */
export const councillorsAreUsable = guard(sql`coalesce((
  select group_concat(' councillorIds.' || key, '') from json_each(${placeholder('askedIds')}) asked
  where asked.value not in (
    select ${users.id} from ${users} where ${users.id} = asked.value
    and ${ofTenant(users)} and ${users.enabled} = 1
    union all select ${wardCouncillors.userId} from ${wardCouncillors}
    where ${wardCouncillors.wardId} = ${placeholder('id')} and ${wardCouncillors.userId} = asked.value)), '')`)

/** Inserts a ward and yields its time. */
export const insertWard = exactlyOne(
  statement(
    build
      .insert(wards)
      .values({
        id: placeholder('id'),
        tenantId: placeholder('tenantId'),
        name: placeholder('name'),
        nameKey: placeholder('nameKey'),
        code: placeholder('code'),
        boundaryDescription: placeholder('boundaryDescription'),
        councilTier: placeholder('councilTier'),
        latitude: placeholder('latitude'),
        longitude: placeholder('longitude'),
        enabled: placeholder('enabled'),
        createdAt: stamp,
        updatedAt: stamp,
      })
      .returning({ createdAt: wards.createdAt }),
  ),
)

/** Changeable columns of a ward's row. */
export type WardChanges = Given<
  Pick<Row, 'name' | 'code' | 'boundaryDescription' | 'councilTier' | 'latitude' | 'longitude' | 'enabled'>
>

/** Changes a ward and increments its version. Built per request: each set of fields is another statement. */
export function updateWard(changes: WardChanges, values: Values): BoundStatement<{ version: number } | undefined> {
  return atMostOne(
    statement(
      build
        .update(wards)
        .set({
          ...changes,
          ...(changes.name !== undefined && { nameKey: fold(changes.name) }),
          ...touched(wards),
        })
        .where(isTarget)
        .returning({ version: wards.version }),
    ),
  ).bind(values)
}

/** Unlinks a ward's councillors. Before the change itself, which changes the target's version. */
export const unlinkCouncillors = statement(
  build
    .delete(wardCouncillors)
    .where(sql`${wardCouncillors.wardId} in (select ${wards.id} from ${wards} where ${isTarget})`),
)

/** Links a ward to `councillorIds` (a JSON list without repetition). Also before the change itself. */
export const linkCouncillors = statement(
  build
    .insert(wardCouncillors)
    .select(sql`select ${wards.id}, value from ${wards}, json_each(${placeholder('councillorIds')}) where ${isTarget}`),
)

/** The audit entry of a change to a ward: no entry if another change came first. */
export const auditOfWardChange = auditOf(wards, isTarget)

/** A change to a ward, or one just inserted: none if another change came first. */
export const changeOfWard = changeOf(wards, isTarget, { id: wards.id })

const asked = sql`(select value from json_each(${placeholder('councillorIds')}))`
const linked = sql`(select ${wardCouncillors.userId} from ${wardCouncillors} where ${wardCouncillors.wardId} = ${placeholder('id')})`
const both = sql`(select value as user_id from ${asked} union select user_id from ${linked})`

/**
 * The changes of the councillors whom `councillorIds` adds to the ward `id` or leaves out. Before the links themselves,
 * and the change of the ward.
 */
export const changesOfCouncillors = changeOf(
  sql`${both} either cross join ${users} on ${users.id} = either.user_id`,
  and(
    ofTenant(users),
    eq(users.role, 'councillor'),
    isPerson,
    sql`(${users.id} in ${asked}) <> (${users.id} in ${linked})`,
    sql`exists (select 1 from ${wards} where ${isTarget})`,
  ),
  { id: users.id },
)
