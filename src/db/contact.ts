import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm'
import { jsonColumn } from './conditions'
import { publicRow, publicTenant } from './gate/address'
import { clock } from './gate/caller'
import { replayForMs } from './idempotency'
import { takenReference } from './numbers'
import { coversPostcode } from './postcodes'
import { all, atMostOne, build, exactlyOne, placeholder, type Statement, statement } from './query'
import type { Ref } from './ref'
import { categories, wards } from './schema/directory'
import { idempotency } from './schema/ledger'
import { submissions } from './schema/submissions'
import { stamp } from './stamp'

/** Choices of the contact form: the tenant's enabled wards and categories. */
export interface ContactChoices {
  wards: Ref[]
  categories: Ref[]
}

const enabledWards = statement(
  build
    .select({ id: wards.id, name: wards.name })
    .from(wards)
    .where(and(eq(wards.tenantId, publicTenant()), eq(wards.enabled, true)))
    .orderBy(asc(wards.nameKey)),
)

const enabledCategories = statement(
  build
    .select({ id: categories.id, name: categories.name })
    .from(categories)
    .where(and(eq(categories.tenantId, publicTenant()), eq(categories.enabled, true)))
    .orderBy(asc(categories.sortOrder), asc(categories.nameKey)),
)

/** The tenant's enabled wards A–Z, and its enabled categories in their own order. */
export const contactChoices: Statement<ContactChoices> = all({ wards: enabledWards, categories: enabledCategories })

/** Period in which a repeated message is treated as one, in milliseconds. */
export const duplicateForMs = 60_000

/** Route under which messages are remembered for a day; no request has it. */
export const messageRoute = 'contact'

/** Route under which spent form tickets are remembered for a day; no request has it. */
export const ticketRoute = 'contact form'

/** A message that was stored. */
export interface Receipt {
  reference: string
  submissionId: string
}

/** Use of a form's ticket: the receipt, and the hash of all fields. */
export interface Spent {
  requestHash: string
  receipt: Receipt
}

const usable = (table: typeof wards | typeof categories, id: string) => sql<string | null>`(
  select ${table.id} from ${table}
  where ${table.id} = ${placeholder(id)} and ${table.tenantId} = me.tenant and ${table.enabled} = 1)`

const isClients = and(eq(idempotency.owner, sql`me.owner`), eq(idempotency.route, messageRoute))

const since = (ms: number) => gt(idempotency.createdAt, sql`${clock} - ${sql.raw(String(ms))}`)

/** Messages are remembered as `<hash of the text and its sender>:<hash of all fields>`: those of one lie between these two. */
const isOfText = sql`${idempotency.key} > ${placeholder('textHash')} || ':' and ${idempotency.key} < ${placeholder('textHash')} || ';'`

/** Use of the ticket, from any address: a phone's may change between two clicks. */
const isSpent = (tenant: SQL) =>
  and(
    eq(idempotency.owner, tenant),
    eq(idempotency.route, ticketRoute),
    eq(idempotency.key, placeholder('ticket')),
    since(replayForMs),
  )

/** Look-ups for a message before it is stored. No row if the request was refused. */
export const contactLookups = atMostOne(
  statement(
    build
      .select({
        ward: usable(wards, 'wardId').as('ward'),
        category: usable(categories, 'categoryId').as('category'),
        /** Wards of the postcode: at most two, since more than one is ambiguous. */
        wardsAtPostcode: jsonColumn<string[]>(
          sql`(select json_group_array(id) from (
        select ${wards.id} as id from ${wards}
        where ${wards.tenantId} = me.tenant and ${wards.enabled} = 1 and ${coversPostcode} limit 2))`,
          'wards_at_postcode',
        ),
        spent: jsonColumn<Spent | null>(
          sql`(
        select json_object('requestHash', ${idempotency.requestHash}, 'receipt', json(${idempotency.body}))
        from ${idempotency} where ${isSpent(sql`me.tenant`)})`,
          'spent',
        ),
        /** The same message from the same client, moments ago. */
        duplicate: jsonColumn<Receipt | null>(
          sql`(
        select ${idempotency.body} from ${idempotency}
        where ${isClients} and ${idempotency.key} = ${placeholder('messageKey')} and ${since(duplicateForMs)})`,
          'duplicate',
        ),
        isSaidAgain: sql<boolean>`exists (
        select 1 from ${idempotency} where ${isClients} and ${isOfText} and ${since(replayForMs)})`
          .mapWith(Boolean)
          .as('is_said_again'),
      })
      .from(sql`${publicRow()} me`),
  ),
)

/** The reference of the message that a ticket was spent on, or no row. */
export const referenceByTicket = atMostOne(
  statement(
    build
      .select({ reference: sql<string>`${idempotency.body} ->> 'reference'`.as('reference') })
      .from(idempotency)
      .where(isSpent(publicTenant())),
  ),
)

/** Keeps a message under the number just taken. */
export const insertSubmission = exactlyOne(
  statement(
    build
      .insert(submissions)
      .values({
        id: placeholder('submissionId'),
        tenantId: placeholder('tenantId'),
        reference: takenReference,
        status: placeholder('status'),
        name: placeholder('name'),
        email: placeholder('email'),
        phone: placeholder('phone'),
        address: placeholder('address'),
        postcode: placeholder('postcode'),
        wardId: placeholder('wardId'),
        categoryId: placeholder('categoryId'),
        message: placeholder('message'),
        spamReasons: placeholder('spamReasons'),
        searchKey: placeholder('searchKey'),
        createdAt: stamp,
        updatedAt: stamp,
      })
      .returning({ reference: submissions.reference }),
  ),
)
