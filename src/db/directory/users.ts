import { and, asc, eq, type InferSelectModel, ne, notLike, or, type SQL, sql } from 'drizzle-orm'
import { fold } from '../../domain/fold'
import { serviceEmails } from '../../domain/service-user'
import { auditOf } from '../audit'
import { changeOf } from '../changes'
import { atExpectedVersion, ofCaller, ofCallerById, ofTenantById, touched, unlessNull } from '../conditions'
import { callerTenant } from '../gate/caller'
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
import { users } from '../schema/tenants'
import { stamp } from '../stamp'

type Row = InferSelectModel<typeof users>

/** A user as they are stored. */
export interface User extends Omit<Row, 'tenantId' | 'emailKey' | 'updatedAt'> {
  updatedAt: string
}

const columns = {
  id: users.id,
  name: users.name,
  email: users.email,
  role: users.role,
  enabled: users.enabled,
  createdAt: users.createdAt,
  planOverride: users.planOverride,
  planOverrideExpiresAt: users.planOverrideExpiresAt,
  planOverrideReason: users.planOverrideReason,
  version: users.version,
  updatedAt: sql<string>`coalesce(${users.updatedAt}, ${users.createdAt})`.mapWith(users.createdAt).as('changed_at'),
}

/** A user's email as compared, spelled like the unique index, so that a look-up uses it. */
export const emailKey = sql`case when ${users.emailKey} is null then lower(${users.email}) else ${users.emailKey} end`

/** All users A–Z by email. */
export const allUsersWhere = (condition: SQL | undefined) =>
  build.select(columns).from(users).where(condition).orderBy(asc(emailKey))

const usersWhere = (condition: SQL | undefined): Statement<User[]> =>
  statement(allUsersWhere(condition).limit(listedAtOnce + 1))

const areListed = and(
  ofCaller(users),
  unlessNull('enabled', (enabled) => eq(users.enabled, enabled)),
)

/** The users A–Z by email; `enabled` 1, 0 or null for both. Returns one more than is shown. */
export const listUsers = usersWhere(areListed)

/** The users that follow a cursor's, which holds an id: an email address must not appear in a URL. */
export const listUsersAfter = usersWhere(
  and(
    areListed,
    sql`${emailKey} > (
      select case when last.email_key is null then lower(last.email) else last.email_key end from ${users} last
      where last.id = ${placeholder('after0')} and last.tenant_id = ${callerTenant()})`,
  ),
)

/** Position of a user, for a cursor after them. */
export function positionAfterUser({ id }: User): string[] {
  return [id]
}

/** The user `id`, in the gate's trip. */
export const userById = atMostOne(usersWhere(ofCallerById(users)))

/** The user `id`, after a write. */
export const userAfterWrite = atMostOne(usersWhere(ofTenantById(users)))

/** The user of the caller's tenant who already has the folded email `emailKey`. */
export const userWithEmail = atMostOne(
  statement(
    build
      .select({ id: users.id })
      .from(users)
      .where(and(ofCaller(users), eq(emailKey, placeholder('emailKey')))),
  ),
)

/** Not a service user: those are not people. */
export const isPerson = notLike(users.email, serviceEmails)

/** An enabled admin other than the user `id`, and a person; checked only if `stepsDown` is 1. */
export const anotherAdmin = atMostOne(
  statement(
    build
      .select({ id: users.id })
      .from(users)
      .where(
        and(
          sql`${placeholder('stepsDown')} = 1`,
          ofCaller(users),
          ne(users.id, placeholder('id')),
          eq(users.role, 'admin'),
          eq(users.enabled, true),
          isPerson,
        ),
      )
      .limit(1),
  ),
)

/** Inserts a user and yields its time. */
export const insertUser = exactlyOne(
  statement(
    build
      .insert(users)
      .values({
        id: placeholder('id'),
        tenantId: placeholder('tenantId'),
        name: placeholder('name'),
        email: placeholder('email'),
        emailKey: placeholder('emailKey'),
        role: placeholder('role'),
        enabled: placeholder('enabled'),
        createdAt: stamp,
        updatedAt: stamp,
      })
      .returning({ createdAt: users.createdAt }),
  ),
)

// Repeated in the UPDATE: two admins disabling each other concurrently must not both succeed.
const leavesAnAdmin = or(
  sql`${placeholder('stepsDown')} = 0`,
  ne(users.role, 'admin'),
  eq(users.enabled, false),
  sql`exists (
    select 1 from ${users} another
    where another.tenant_id = ${users.tenantId} and another.id <> ${users.id}
    and another.role = 'admin' and another.enabled = 1
    and another.email not like ${sql.raw(`'${serviceEmails}'`)})`,
)

const isTarget = and(ofTenantById(users), atExpectedVersion(users), leavesAnAdmin)

/** Changeable columns of a user. */
export type UserChanges = Given<Pick<Row, 'name' | 'email' | 'role' | 'enabled'>>

/** Plan override of a user's keys; all null for no override. Only operators change it. */
export type PlanOverride = Pick<Row, 'planOverride' | 'planOverrideExpiresAt' | 'planOverrideReason'>

/** Changes a user and increments their version. Built per request: each set of fields is another statement. */
export function updateUser(
  changes: UserChanges & Given<PlanOverride>,
  values: Values,
): BoundStatement<{ version: number } | undefined> {
  return atMostOne(
    statement(
      build
        .update(users)
        .set({
          ...changes,
          ...(changes.email !== undefined && { emailKey: fold(changes.email) }),
          ...touched(users),
        })
        .where(isTarget)
        .returning({ version: users.version }),
    ),
  ).bind(values)
}

/** The audit entry of a change to a user: no entry if another change came first or it is not allowed. */
export const auditOfUserChange = auditOf(users, isTarget)

/** A councillor before or after the change that sets `role`; service users are not people, so no councillors. */
const isCouncillor = and(isPerson, sql`'councillor' in (${users.role}, coalesce(${placeholder('role')}, ''))`)

/** A change to a councillor, or one just inserted: none for other roles. Before the change itself. */
export const changeOfCouncillor = changeOf(users, and(isTarget, isCouncillor), { id: users.id })
