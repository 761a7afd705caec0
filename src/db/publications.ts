import { and, desc, eq, getTableColumns, type InferSelectModel, type SQL, sql } from 'drizzle-orm'
import { auditOf, auditOfEach } from './audit'
import { changeOf } from './changes'
import { atExpectedVersion, jsonColumn, ofCaller, ofCallerById, ofTenant, ofTenantById, touched } from './conditions'
import { callerTenant, databaseClock } from './gate/caller'
import { guard, unless } from './guards'
import { filing } from './idempotency'
import { listedAtOnce } from './limits'
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
} from './query'
import type { Ref } from './ref'
import { wards } from './schema/directory'
import { never, publications } from './schema/publications'
import { users } from './schema/tenants'
import { stamp } from './stamp'

type Row = InferSelectModel<typeof publications>

/** An event or a news article as it is stored, with its author. */
export interface Publication extends Omit<Row, 'kind' | 'createdBy'> {
  createdBy: Ref
}

const { kind: _kind, createdBy: _createdBy, ...columns } = getTableColumns(publications)

const author = jsonColumn<Ref>(sql`json_object('id', ${users.id}, 'name', ${users.name})`, 'author')

// The kind is a bound value: events and news share every query.
const ofKind = eq(publications.kind, placeholder('kind'))

const isCallers = and(ofCaller(publications), ofKind)

const isTheirs = and(ofTenantById(publications), ofKind)

const isTarget = and(isTheirs, atExpectedVersion(publications))

function publicationsWhere(condition: SQL | undefined): Statement<Publication[]> {
  return statement(
    build
      .select({ ...columns, createdBy: author })
      .from(publications)
      .innerJoin(users, eq(users.id, publications.createdBy))
      .where(condition)
      .orderBy(desc(publications.publishedAt), desc(publications.id))
      .limit(listedAtOnce + 1),
    { outgrowsText: true },
  )
}

// Approved means published: so the index skips the drafts.
const passes = sql`${publications.publishedAt} between ${placeholder('publishedFrom')} and ${placeholder('publishedTo')}`

/** Values that select only approved items, only drafts, or both. */
export function publishedWithin(approved: boolean | undefined): Values {
  return { publishedFrom: approved === false ? never : 0, publishedTo: approved ? never - 1 : never }
}

/** The newest items of a kind, drafts first, `publishedWithin` bounds. Returns one more than is shown. */
export const listPublications = publicationsWhere(and(isCallers, passes))

/** The items that follow a cursor's. */
export const listPublicationsAfter = publicationsWhere(
  and(
    isCallers,
    passes,
    sql`(${publications.publishedAt}, ${publications.id}) < (${placeholder('after0')}, ${placeholder('after1')})`,
  ),
)

/** The item with the caller's own id, as a list of one or none. */
export const listPublicationsByExternalId = publicationsWhere(
  and(isCallers, passes, eq(publications.externalId, placeholder('externalId'))),
)

/** The item `id`, in the gate's trip. */
export const publicationById = atMostOne(publicationsWhere(and(ofCallerById(publications), ofKind)))

/** The item `id`, after a write. */
export const publicationAfterWrite = atMostOne(publicationsWhere(isTheirs))

/** Position of an item, for a cursor after it. Drafts come first. */
export function positionAfter({ publishedAt, id }: Publication): (string | number)[] {
  return [publications.publishedAt.mapToDriverValue(publishedAt) as number, id]
}

/** References of an item: its ward, and any other item with its externalId. */
export const publicationReferences = exactlyOne(
  statement(
    build
      .select({
        ward: sql<string | null>`(
          select ${wards.id} from ${wards}
          where ${wards.id} = ${placeholder('wardId')} and ${wards.tenantId} = ${callerTenant()} and ${wards.enabled} = 1)`.as(
          'ward',
        ),
        taken: sql<string | null>`(
          select ${publications.id} from ${publications}
          where ${publications.externalId} = ${placeholder('externalId')} and ${publications.tenantId} = ${callerTenant()}
          and ${publications.kind} = ${placeholder('kind')})`.as('taken'),
      })
      .from(sql`(select 1)`),
  ),
)

/** Inserts an item and yields its time. */
export const insertPublication = exactlyOne(
  statement(
    build
      .insert(publications)
      .values({
        id: placeholder('id'),
        tenantId: placeholder('tenantId'),
        kind: placeholder('kind'),
        externalId: placeholder('externalId'),
        title: placeholder('title'),
        body: placeholder('body'),
        source: placeholder('source'),
        type: placeholder('type'),
        location: placeholder('location'),
        postcode: placeholder('postcode'),
        wardId: placeholder('wardId'),
        startsAt: placeholder('startsAt'),
        endsAt: placeholder('endsAt'),
        url: placeholder('url'),
        createdBy: placeholder('userId'),
        createdAt: stamp,
        updatedAt: stamp,
      })
      .returning({ createdAt: publications.createdAt }),
  ),
)

/** Writable fields of an item. */
export type PublicationFields = Pick<
  Row,
  | 'externalId'
  | 'title'
  | 'body'
  | 'source'
  | 'type'
  | 'location'
  | 'postcode'
  | 'wardId'
  | 'startsAt'
  | 'endsAt'
  | 'url'
>

/** Fields of an item to change. */
export type PublicationChanges = Given<PublicationFields>

/** Changes an item and raises its version; an approved one stays approved. Built per request, as fields vary. */
export function updatePublication(
  changes: PublicationChanges,
  values: Values,
): BoundStatement<{ version: number } | undefined> {
  return atMostOne(
    statement(
      build
        .update(publications)
        .set({ ...changes, ...touched(publications) })
        .where(isTarget)
        .returning({ version: publications.version }),
    ),
  ).bind(values)
}

/** The item `id` is still there. */
export const publicationIsThere = guard(unless('target', sql`exists (select 1 from ${publications} where ${isTheirs})`))

/** An item's dates are in order. After a change of them, since another change may have come in between. */
export const datesAreInOrder = guard(
  unless('order', sql`not exists (select 1 from ${publications} where ${isTheirs} and ends_at < starts_at)`),
)

export const deletePublication = atMostOne(
  statement(build.delete(publications).where(isTarget).returning({ id: publications.id })),
)

/** The audit entry of a change to an item: no entry if another change came first. */
export const auditOfPublicationChange = auditOf(publications, isTarget)

/** A change to an item, or one just inserted: none if another change came first. */
export const changeOfPublication = changeOf(publications, isTarget, { id: publications.id })

const areListed = sql`${publications.id} in (select value from json_each(${placeholder('ids')}))`

/** Those of `ids` (a JSON list) that are the caller's items of a kind. */
export const knownPublications = statement(
  build.select({ id: publications.id }).from(publications).where(and(isCallers, areListed)),
)

const areThere = and(ofTenant(publications), ofKind, areListed)

const areDrafts = and(areThere, eq(publications.approved, false))

// By the clock: an approval's audit entries have ids of their own, so none of them is the one that gives a batch its time.
const change = touched(publications, databaseClock)

/** Approves and publishes those of `ids` that are not approved yet. */
export const approvePublications = statement(
  build
    .update(publications)
    .set({ ...change, approved: true, publishedAt: change.updatedAt })
    .where(areDrafts),
)

/** The audit entries of an approval, one for each item that it changes. Before the approval itself. */
export const auditOfApproval = auditOfEach(publications, publications.id, areDrafts)

/** The changes of an approval, one for each item that it changes. Before the approval itself. */
export const changesOfApproval = changeOf(publications, areDrafts, { id: publications.id })

/** Number of `ids` that exist. */
export const countPublications = exactlyOne(
  statement(
    build
      .select({ approved: sql<number>`count(*)`.as('there') })
      .from(publications)
      .where(areThere),
  ),
)

/** Stores the result of an approval: the number of `ids` that exist. */
export const fileApproval = filing(
  sql`json_object('approved', (select count(*) from ${publications} where ${areThere}))`,
)
