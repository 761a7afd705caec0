/**
 * A resident's rights: what a tenant holds of somebody, found and erased by an operator's command, never by a request. There
 * is no index on names or addresses, so tables are walked in portions. SQLite knows no Unicode folding: the statements find
 * more than what matches, and the command compares.
 */
import { or, type SQL, sql } from 'drizzle-orm'
import { atMostOne, exactlyOne, placeholder, sqlStatement } from '../query'
import { caseCounts, cases, timeline } from '../schema/cases'
import { idempotency } from '../schema/ledger'
import { submissions } from '../schema/submissions'
import { keys } from '../schema/tenants'

/** Rows that a scan looks at in one trip. */
export const scannedAtOnce = 5_000

/** What a resident is looked for by; null where it is not. */
export interface Sought {
  /** In lower case. */
  email: string | null
  /** All digits of the national number but the leading 0. */
  phone: string | null
  /** Without a space. */
  postcode: string | null
  /** In lower case, without spaces. */
  name: string | null
}

const sought = (name: keyof Sought) => sql`${placeholder(name)}`

// In texts also no-break spaces and dashes, as they come from web pages and word processors.
const amongDigits = ['(', ')', '-', '+', '.', '/', ' ', '\u00a0', '\u202f', '\u2011', '\u2013']

const digits = (text: SQL) =>
  amongDigits.reduce((left, sign) => sql`replace(${left}, ${sql.raw(`char(${sign.charCodeAt(0)})`)}, '')`, text)

/** What only JavaScript can fold. */
const isForeign = (text: SQL) => sql`${text} glob '*[^ -~]*'`

interface Person {
  name: SQL
  email: SQL
  phone: SQL
  postcode: SQL
}

/** Rows that may be the resident's. */
const mayBe = ({ name, email, phone, postcode }: Person) =>
  or(
    sql`${sought('email')} is not null and (lower(${email}) = ${sought('email')} or ${isForeign(email)})`,
    sql`substr(${digits(phone)}, -7) = substr(${sought('phone')}, -7)`,
    sql`${postcode} = ${sought('postcode')}`,
    sql`${sought('name')} is not null
      and (replace(lower(${name}), ' ', '') = ${sought('name')} or ${isForeign(name)})`,
  )

// Patterns of at most 50 bytes, which is what D1 takes: the address itself would be too long for one.
const beforeAddress = '*[^a-z0-9_.%+À-ɏ-]'
const afterAddress = ['[^a-z0-9.À-ɏ-]*', '.[^a-z0-9À-ɏ]*']

/**
 * A text with the resident's email address as a whole: `n@example.com` is neither in `ann@example.com` nor in
 * `n@example.community`. Char 1 stands for it, since no text has one.
 */
function namesAddress(text: SQL): SQL {
  const marked = sql`' ' || replace(lower(${text}), ${sought('email')}, char(1)) || ' '`
  const isMarked = afterAddress.map(
    (after) => sql`${marked} glob ${sql.raw(`'${beforeAddress}'`)} || char(1) || ${sql.raw(`'${after}'`)}`,
  )
  return sql`(${sql.join(isMarked, sql` or `)})`
}

/** A text that names the resident's email address or phone number. */
export const mentions = (text: SQL) =>
  or(namesAddress(text), sql`instr(${digits(sql`${text}`)}, ${sought('phone')}) > 0`)

/** A case as the scan finds it. */
export interface FoundCase {
  id: string
  reference: string
  status: string
  closedAt: number | null
  name: string
  email: string | null
  phone: string | null
  postcode: string | null
  submissionId: string | null
  /** 1 where its texts or notes name the email address or phone number. */
  isMention: 0 | 1
}

const afterSerial = sql`${cases.tenantId} = ${placeholder('tenantId')} and ${cases.serial} > ${placeholder('after')}`

const serialsAhead = sql`(
  select ${cases.serial} as serial from ${cases} where ${afterSerial}
  order by ${cases.serial} limit ${sql.raw(String(scannedAtOnce))})`

/** The end of the portion of cases that begins after a serial number, and its length. */
const casesEnd = exactlyOne(
  sqlStatement<{ after: number | null; rows: number }>(sql`
    select max(serial) as after, count(*) as rows from ${serialsAhead}`),
)

const mentionsInCase = sql`(${mentions(sql`${cases.summary} || ' ' || coalesce(${cases.description}, '')`)}
  or exists (select 1 from ${timeline} where ${timeline.caseId} = ${cases.id} and ${mentions(sql`${timeline.body}`)}))`

const casesFound = sqlStatement<FoundCase>(sql`
  select * from (
    select ${cases.id} as id, ${cases.reference} as reference, ${cases.status} as status, ${cases.closedAt} as closedAt,
      ${cases.residentName} as name, ${cases.residentEmail} as email, ${cases.residentPhone} as phone,
      ${cases.residentPostcode} as postcode, ${cases.submissionId} as submissionId,
      coalesce(${mentionsInCase}, 0) as isMention
    from ${cases} where ${afterSerial} and ${cases.serial} <= (select max(serial) from ${serialsAhead}))
  where isMention or ${mayBe({ name: sql`name`, email: sql`email`, phone: sql`phone`, postcode: sql`postcode` })}`)

/** A message as the scan finds it. */
export interface FoundMessage extends Omit<FoundCase, 'closedAt' | 'submissionId'> {
  /** The case that it was converted to. */
  caseId: string | null
}

const afterMessage = sql`${submissions.tenantId} = ${placeholder('tenantId')}
  and (${submissions.createdAt}, ${submissions.id}) > (${placeholder('afterAt')}, ${placeholder('after')})`

const messagesAhead = sql`(
  select ${submissions.createdAt} as at, ${submissions.id} as id from ${submissions} where ${afterMessage}
  order by ${submissions.createdAt}, ${submissions.id} limit ${sql.raw(String(scannedAtOnce))})`

const messagesEnd = exactlyOne(
  sqlStatement<{ afterAt: number | null; after: string | null; rows: number }>(sql`
    select max(at) as afterAt, (select id from ${messagesAhead} order by at desc, id desc limit 1) as after,
      count(*) as rows from ${messagesAhead}`),
)

const messagesFound = sqlStatement<FoundMessage>(sql`
  select * from (
    select ${submissions.id} as id, ${submissions.reference} as reference, ${submissions.status} as status,
      ${submissions.name} as name, ${submissions.email} as email, ${submissions.phone} as phone,
      ${submissions.postcode} as postcode, coalesce(${mentions(sql`${submissions.message}`)}, 0) as isMention,
      (select ${cases.id} from ${cases} where ${cases.submissionId} = ${submissions.id}) as caseId
    from ${submissions} where ${submissions.id} in (select id from ${messagesAhead}))
  where isMention or ${mayBe({ name: sql`name`, email: sql`email`, phone: sql`phone`, postcode: sql`postcode` })}`)

/** A stored result: the key of its row, and its body. */
export interface FoundResult {
  owner: string
  route: string
  key: string
  createdAt: number
  body: string
}

/** The key of a stored result. */
export const place = sql`(${idempotency.owner}, ${idempotency.route}, ${idempotency.key})`

const resultsAhead = sql`(
  select ${idempotency.owner} as owner, ${idempotency.route} as route, ${idempotency.key} as key
  from ${idempotency} where ${place} > (${placeholder('afterOwner')}, ${placeholder('afterRoute')}, ${placeholder('afterKey')})
  order by 1, 2, 3 limit ${sql.raw(String(scannedAtOnce))})`

/** Results of a tenant's keys, its forms and its public clients. */
export const isTenants = sql`(
  ${idempotency.owner} in (select ${keys.familyId} from ${keys} where ${keys.tenantId} = ${placeholder('tenantId')})
  or ${idempotency.owner} = ${placeholder('tenantId')}
  or (${idempotency.owner} > ${placeholder('tenantId')} || ':' and ${idempotency.owner} < ${placeholder('tenantId')} || ';'))`

const holdsId = sql`exists (
  select 1 from json_each(${placeholder('ids')}) held
  where instr(${idempotency.body}, held.value) > 0 or instr(${idempotency.route}, held.value) > 0)`

const resultsEnd = atMostOne(
  sqlStatement<{ afterOwner: string; afterRoute: string; afterKey: string; rows: number }>(sql`
    select owner as afterOwner, route as afterRoute, key as afterKey, count(*) over () as rows from ${resultsAhead}
    order by 1 desc, 2 desc, 3 desc limit 1`),
)

// A line break in JSON ends in a letter, which would seem to belong to what follows.
const resultText = sql`replace(replace(${idempotency.body}, '\\n', ' '), '\\t', ' ')`

const resultsFound = sqlStatement<FoundResult>(sql`
  select ${idempotency.owner} as owner, ${idempotency.route} as route, ${idempotency.key} as key,
    ${idempotency.createdAt} as createdAt, ${idempotency.body} as body
  from ${idempotency}
  where ${place} in (select owner, route, key from ${resultsAhead}) and ${isTenants}
    and (${holdsId} or ${mentions(resultText)}
      or (instr(replace(lower(${idempotency.body}), ' ', ''), '"' || ${sought('name')} || '"') > 0
        and instr(${idempotency.body}, ${sought('postcode')}) > 0))`)

/** The scans: the rows of a portion that may be the resident's, and where it ends. */
export const scans = {
  cases: { rows: casesFound, end: casesEnd },
  messages: { rows: messagesFound, end: messagesEnd },
  results: { rows: resultsFound, end: resultsEnd },
}

/** Number of a tenant's cases. */
export const countCases = exactlyOne(
  sqlStatement<{ rows: number }>(sql`
    select coalesce(sum(${caseCounts.n}), 0) as rows from ${caseCounts}
    where ${caseCounts.tenantId} = ${placeholder('tenantId')} and ${caseCounts.viewer} = ''`),
)
