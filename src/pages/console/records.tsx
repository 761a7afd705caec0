import type { z } from 'zod'
import { keyNames, userChoices } from '../../db/console'
import type { Results } from '../../db/query'
import type { Ref } from '../../db/ref'
import type { AuditList } from '../../routes/audit/audit-schemas'
import type { DisclosureList } from '../../routes/disclosures/disclosure-schemas'
import { call } from './api-call'
import { consolePage } from './layout/frame'
import { addressOf, Filters, Pages } from './layout/list'
import { Table } from './layout/table'
import { atTime, onDay } from './layout/words'
import type { Page } from './page'

const auditNames = ['action', 'targetType', 'targetId', 'userId', 'keyId'] as const

const auditLabels: Record<(typeof auditNames)[number], string> = {
  action: 'Action, like case.update',
  targetType: 'Kind of target, like case',
  targetId: 'Id of the target',
  userId: 'User',
  keyId: 'Key',
}

/** Whose names stand in place of their ids, for a key that may see them. */
const named = { userId: userChoices, keyId: keyNames }
type Named = Results<typeof named>

/** Who did what to which id, when. */
export async function showAudit(c: Page) {
  const asked = c.req.query()
  const query = Object.fromEntries(auditNames.map((name) => [name, asked[name]]))
  const { answer, alongside } = await call<z.infer<typeof AuditList>, typeof named>(c, {
    path: '/api/audit',
    query: { ...query, cursor: asked.cursor },
    alongside: named,
  })
  const isSet = Object.values(query).some(Boolean)
  return consolePage(c, {
    title: 'Audit',
    children: (
      <>
        <h1>Audit</h1>
        <p>Every change, with who made it and to what. Operators’ own acts have neither key nor user.</p>
        <details open={isSet}>
          <summary>Filters</summary>
          <Filters path="/console/audit" isSet={isSet}>
            {auditNames.map((name) => (
              <Filter
                key={name}
                name={name}
                label={auditLabels[name]}
                value={query[name]}
                of={name === 'userId' || name === 'keyId' ? alongside[name] : []}
              />
            ))}
          </Filters>
        </details>
        <Table
          caption="Changes, newest first"
          headings={['When', 'Action', 'Target', 'User', 'Key']}
          rows={answer.entries.map(({ at, action, targetType, targetId, userId, keyId }) => [
            atTime(at),
            action,
            <TargetLink type={targetType} id={targetId} />,
            userId && <User id={userId} named={alongside} />,
            keyId && <Key id={keyId} named={alongside} />,
          ])}
          empty={isSet ? 'No change is like that. Take a filter away.' : 'Nothing has been changed yet.'}
        />
        {answer.partial && (
          <p>This page ends early: few of the entries that were looked at match. Go on to older ones.</p>
        )}
        <Pages path="/console/audit" query={query} cursor={asked.cursor} next={answer.nextCursor} />
      </>
    ),
  })
}

interface FilterProps {
  name: string
  label: string
  type?: 'text' | 'date'
  value: string | undefined
  /** What can be chosen; where it is nothing that this key may see, an id is typed. */
  of: readonly Ref[]
}

function Filter({ name, label, type = 'text', value = '', of }: FilterProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {of.length === 0 ? (
        <input id={name} name={name} type={type} value={value} autocomplete="off" maxlength={128} />
      ) : (
        <select id={name} name={name}>
          <option value="">Any</option>
          {(value === '' || of.some(({ id }) => id === value) ? of : [{ id: value, name: value }, ...of]).map((one) => (
            <option key={one.id} value={one.id} selected={one.id === value}>
              {one.name}
            </option>
          ))}
        </select>
      )}
    </div>
  )
}

const nameIn = (of: readonly Ref[], id: string) => of.find((one) => one.id === id)?.name ?? id

/** Somebody, as a link to what they have done. */
const User = ({ id, named }: { id: string; named: Named }) => (
  <a href={addressOf('/console/audit', { userId: id })}>{nameIn(named.userId, id)}</a>
)

/** A key, as a link to its page. */
const Key = ({ id, named }: { id: string; named: Named }) => (
  <a href={`/console/keys/${id}`}>{nameIn(named.keyId, id)}</a>
)

const targetPages: Record<string, string> = {
  case: '/console/cases',
  submission: '/console/inbox',
  key: '/console/keys',
  webhook: '/console/webhooks',
}

/** An id, as a link where there is a page for its kind. */
function TargetLink({ type, id }: { type: string; id: string }) {
  const path = targetPages[type]
  return (
    <>
      {type} {path ? <a href={`${path}/${id}`}>{id}</a> : id}
    </>
  )
}

const disclosureNames = ['caseId', 'keyId', 'from', 'to'] as const

const disclosureLabels = {
  caseId: 'Id of the case',
  keyId: 'Key',
  from: 'On or after',
  to: 'On or before',
}

/** Which key was given which resident’s data on which day. */
export async function showDisclosures(c: Page) {
  const asked = c.req.query()
  const query = Object.fromEntries(disclosureNames.map((name) => [name, asked[name]]))
  const { answer, alongside } = await call<z.infer<typeof DisclosureList>, typeof named>(c, {
    path: '/api/disclosures',
    query: { ...query, cursor: asked.cursor },
    alongside: named,
  })
  const isSet = Object.values(query).some(Boolean)
  return consolePage(c, {
    title: 'Disclosures',
    children: (
      <>
        <h1>Disclosures</h1>
        <p>Which key was given which resident’s data, and on which day: once a day, however often it was read.</p>
        <Filters path="/console/disclosures" isSet={isSet}>
          {disclosureNames.map((name) => (
            <Filter
              key={name}
              name={name}
              label={disclosureLabels[name]}
              type={name === 'from' || name === 'to' ? 'date' : 'text'}
              value={query[name]}
              of={name === 'keyId' ? alongside.keyId : []}
            />
          ))}
        </Filters>
        <Table
          caption="Disclosures, latest first"
          headings={['Day', 'What', 'Key', 'User']}
          rows={answer.disclosures.map(({ day, target, keyId, userId }) => [
            onDay(day),
            <TargetLink {...target} />,
            <Key id={keyId} named={alongside} />,
            userId && <User id={userId} named={alongside} />,
          ])}
          empty={
            isSet
              ? 'No disclosure is like that. Take a filter away.'
              : 'Nothing has been recorded. Whether it is, is a setting of your council that its operator makes.'
          }
        />
        {answer.partial && (
          <p>This page ends early: few of the disclosures that were looked at match. Go on to older ones.</p>
        )}
        <Pages path="/console/disclosures" query={query} cursor={asked.cursor} next={answer.nextCursor} />
      </>
    ),
  })
}
