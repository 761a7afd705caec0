import type { z } from 'zod'
import { userChoices } from '../../db/console'
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
  userId: 'Id of the user',
  keyId: 'Id of the key',
}

/** Those who are named instead of by their ids, to a key that may see them. */
const withPeople = { people: userChoices }

/** Who did what to which id, when. */
export async function showAudit(c: Page) {
  const asked = c.req.query()
  const query = Object.fromEntries(auditNames.map((name) => [name, asked[name]]))
  const { answer, alongside } = await call<z.infer<typeof AuditList>, typeof withPeople>(c, {
    path: '/api/audit',
    query: { ...query, cursor: asked.cursor },
    alongside: withPeople,
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
              <div class="field" key={name}>
                <label for={name}>{auditLabels[name]}</label>
                <input id={name} name={name} value={query[name]} autocomplete="off" maxlength={128} />
              </div>
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
            userId && <Person id={userId} people={alongside.people} />,
            keyId && <a href={`/console/keys/${keyId}`}>{keyId}</a>,
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

/** Somebody, as a link to what they have done. */
function Person({ id, people }: { id: string; people: readonly Ref[] }) {
  const name = people.find((one) => one.id === id)?.name ?? id
  return <a href={addressOf('/console/audit', { userId: id })}>{name}</a>
}

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
  keyId: 'Id of the key',
  from: 'On or after',
  to: 'On or before',
}

/** Which key was given which resident’s data on which day. */
export async function showDisclosures(c: Page) {
  const asked = c.req.query()
  const query = Object.fromEntries(disclosureNames.map((name) => [name, asked[name]]))
  const { answer, alongside } = await call<z.infer<typeof DisclosureList>, typeof withPeople>(c, {
    path: '/api/disclosures',
    query: { ...query, cursor: asked.cursor },
    alongside: withPeople,
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
            <div class="field" key={name}>
              <label for={name}>{disclosureLabels[name]}</label>
              <input
                id={name}
                name={name}
                type={name === 'from' || name === 'to' ? 'date' : 'text'}
                value={query[name]}
                autocomplete="off"
                maxlength={128}
              />
            </div>
          ))}
        </Filters>
        <Table
          caption="Disclosures, latest first"
          headings={['Day', 'What', 'Key', 'User']}
          rows={answer.disclosures.map(({ day, target, keyId, userId }) => [
            onDay(day),
            <TargetLink {...target} />,
            <a href={`/console/keys/${keyId}`}>{keyId}</a>,
            userId && <Person id={userId} people={alongside.people} />,
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
