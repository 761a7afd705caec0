import { and, inArray, sql } from 'drizzle-orm'
import type { DisclosedType } from '../../domain/vocabulary'
import { ofTenant } from '../conditions'
import { build, placeholder, sqlStatement, statement } from '../query'
import { cases, timeline } from '../schema/cases'
import { disclosures } from '../schema/ledger'
import { submissions } from '../schema/submissions'
import { keys, users } from '../schema/tenants'

/** Rows with the ids `ids`, a JSON list. */
export const areAsked = (column: typeof cases.id | typeof submissions.id | typeof timeline.caseId) =>
  inArray(column, sql`(select value from json_each(${placeholder('ids')}))`)

/** Everything that is held in the cases `ids`, a JSON list. */
export const casesHeld = statement(
  build
    .select()
    .from(cases)
    .where(and(ofTenant(cases), areAsked(cases.id))),
)

/** The timelines of the cases `ids`, with the names of those who wrote them. */
export const notesHeld = sqlStatement<{
  caseId: string
  type: string
  body: string | null
  fromStatus: string | null
  toStatus: string | null
  by: string
  createdAt: number
}>(sql`
  select ${timeline.caseId} as caseId, ${timeline.type} as type, ${timeline.body} as body,
    ${timeline.fromStatus} as fromStatus, ${timeline.toStatus} as toStatus, ${users.name} as "by",
    ${timeline.createdAt} as createdAt
  from ${timeline} join ${cases} on ${cases.id} = ${timeline.caseId} left join ${users} on ${users.id} = ${timeline.actorId}
  where ${ofTenant(cases)} and ${areAsked(timeline.caseId)} order by ${timeline.caseId}, ${timeline.id}`)

/** Everything that is held in the messages `ids`. */
export const messagesHeld = statement(
  build
    .select()
    .from(submissions)
    .where(and(ofTenant(submissions), areAsked(submissions.id))),
)

/** To whom something of a resident's was given. */
export type HeldDisclosure = {
  day: string
  targetType: DisclosedType
  targetId: string
  keyId: string
  key: string | null
  userId: string
  user: string | null
}

/** Who was given the cases or messages `ids`, with the names of keys and users: a search of the primary key per day and id. */
export const disclosuresHeld = sqlStatement<HeldDisclosure>(sql`
  with recursive days (day) as (
    select min(${disclosures.day}) from ${disclosures} where ${ofTenant(disclosures)}
    union all select date(day, '+1 day') from days
    where day < (select max(${disclosures.day}) from ${disclosures} where ${ofTenant(disclosures)}))
  select ${disclosures.day} as day, ${disclosures.targetType} as targetType, ${disclosures.targetId} as targetId,
    ${disclosures.keyId} as keyId, ${keys.name} as "key", ${disclosures.userId} as userId, ${users.name} as "user"
  from ${disclosures} left join ${keys} on ${keys.id} = ${disclosures.keyId} left join ${users} on ${users.id} = ${disclosures.userId}
  where ${ofTenant(disclosures)} and ${disclosures.day} in (select day from days)
    and ${disclosures.targetType} = ${placeholder('disclosedType')}
    and ${disclosures.targetId} in (select value from json_each(${placeholder('ids')}))
  order by 1, 3, 4`)
