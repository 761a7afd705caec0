import { caseById } from '../../../db/cases/cases'
import { categoryChoices, userChoices, wardChoices } from '../../../db/console'
import type { Results } from '../../../db/query'
import { statuses } from '../../../domain/vocabulary'
import type { ApiError } from '../../../errors'
import { isAuthorised } from '../../../gate/requirement'
import type { Case } from '../../../routes/cases/case-schemas'
import { Area, Choice, Input } from '../../layout/form-fields'
import { attempt, call } from '../api-call'
import { answersTo, faultsOf, requireMendable, type Sentences, typed } from '../form'
import { Form } from '../layout/form'
import { consolePage } from '../layout/frame'
import { Details } from '../layout/table'
import { atTime, postcodeOf, statusNames, timelineNames } from '../layout/words'
import { done } from '../notice'
import { idOf, newTicket, type Page } from '../page'
import { type ChangeName, changeNames } from './case-changes'
import { showConflict } from './case-conflict'

const sentences: Sentences<ChangeName | 'body'> = {
  body: { required: 'Enter a note', too_long: 'The note must be 4,000 characters or fewer' },
  summary: { required: 'Enter a summary', too_long: 'The summary must be 255 characters or fewer' },
}

const choices = { wards: wardChoices, categories: categoryChoices, users: userChoices }
const withCase = { ...choices, found: caseById }

type Answers = Partial<Record<ChangeName | 'body', string>>

interface CasePage {
  found: Case
  choices: Results<typeof choices>
  answers?: Answers
  refusal?: ApiError
}

const pathOf = (c: Page) => `/api/cases/${encodeURIComponent(idOf(c))}`

/** A case with its timeline, and the forms that add a note and change it. */
export async function showCase(c: Page) {
  const { answer, alongside } = await call<Case, typeof choices>(c, { path: pathOf(c), alongside: choices })
  return casePage(c, { found: answer, choices: alongside })
}

/** Adds a note. */
export async function addNote(c: Page) {
  const answers = answersTo(c, ['body'])
  const asked = {
    method: 'POST',
    path: `${pathOf(c)}/notes`,
    body: answers,
    alongside: withCase,
    values: { id: idOf(c) },
  } as const
  const { refusal, alongside } = await attempt<unknown, typeof withCase>(c, asked)
  if (!refusal) return done(c, `/console/cases/${idOf(c)}`, 'note-added')
  const { found, ...rest } = alongside
  // An origin has the case, not D1.
  if (!found) throw refusal
  await c.var.gate.disclose('case', () => [found.id])
  return casePage(c, { found, choices: rest, answers, refusal })
}

/** Changes a case, or shows both sides where somebody else was first. What a key could not choose was not sent, and stays. */
export async function changeCase(c: Page) {
  const answers = answersTo(
    c,
    changeNames.filter((name) => c.get('form')?.fields[name] !== undefined),
  )
  const mayBeEmpty = (name: string) => name !== 'summary' && name !== 'status'
  const changes = Object.entries(answers).map(([name, value]) => [
    name,
    value === '' && mayBeEmpty(name) ? null : value,
  ])
  const body = { ...Object.fromEntries(changes), version: Number(typed(c, 'version')) }
  const asked = { method: 'PATCH', path: pathOf(c), body, alongside: withCase, values: { id: idOf(c) } } as const
  const called = await attempt<Case, typeof withCase>(c, asked)
  const { found, ...chosen } = called.alongside
  if (!called.refusal) {
    const isSame = found?.version === called.answer.version
    return done(c, `/console/cases/${idOf(c)}`, isSame ? 'case-same' : 'case-changed')
  }
  const { refusal } = called
  if (!found) throw refusal
  await c.var.gate.disclose('case', () => [found.id])
  const isStale = refusal.code === 'conflict' && refusal.details?.current
  return isStale
    ? showConflict(c, { found, choices: chosen, answers })
    : casePage(c, { found, choices: chosen, answers, refusal })
}

async function casePage(c: Page, { found, choices, answers, refusal }: CasePage) {
  const { principal } = c.var.gate
  const faults = faultsOf(refusal, [...changeNames, 'body'], sentences)
  if (refusal) requireMendable(refusal, faults)
  const mayWrite = isAuthorised(principal, { plan: 'pro', scope: 'cases:write' })
  const ticket = await newTicket(c)
  return consolePage(c, {
    title: found.reference,
    trail: [['/console/cases', 'Cases']],
    faults,
    status: refusal?.status,
    children: (
      <>
        <h1>
          <span class="caption">{found.reference}</span> {found.summary}
        </h1>
        <div class="columns">
          <div>
            <About found={found} />
            <Timeline found={found} />
          </div>
          {mayWrite && (
            <div>
              <NewNote found={found} faults={faults} answers={answers ?? {}} ticket={ticket} />
              <Changes {...{ found, choices, faults }} answers={answers ?? {}} ticket={ticket} />
            </div>
          )}
        </div>
      </>
    ),
  })
}

function About({ found }: { found: Case }) {
  return (
    <Details
      of={[
        ['Status', statusNames[found.status] + (found.archived ? ', archived' : '')],
        ['Assigned to', found.assignee?.name ?? 'Nobody'],
        ['Resident', found.residentName],
        ['Email', found.residentEmail],
        ['Phone', found.residentPhone],
        ['Address', found.residentAddress && <span class="lines">{found.residentAddress}</span>],
        ['Postcode', postcodeOf(found.residentPostcode)],
        ['Ward', found.ward?.name],
        ['Category', found.category?.name],
        ['Your own reference', found.internalRef],
        ['Made', atTime(found.createdAt)],
        ['Last changed', atTime(found.updatedAt)],
        ['Description', found.description && <span class="lines">{found.description}</span>],
      ]}
    />
  )
}

function Timeline({ found }: { found: Case }) {
  return (
    <section>
      <h2>Timeline</h2>
      {found.timelineTruncated && <p>Earlier entries are not shown here.</p>}
      <ol class="timeline">
        {found.timeline.map(({ id, type, body, fromStatus, toStatus, actor, createdAt }) => (
          <li key={id}>
            <h3>{timelineNames[type]}</h3>
            <p class="hint">
              {actor.name}, <time datetime={createdAt}>{atTime(createdAt)}</time>
            </p>
            {fromStatus && toStatus && (
              <p>
                From {statusNames[fromStatus].toLowerCase()} to {statusNames[toStatus].toLowerCase()}
              </p>
            )}
            {body && <p class="lines">{body}</p>}
          </li>
        ))}
      </ol>
    </section>
  )
}

interface FormProps extends Pick<CasePage, 'found'> {
  answers: Answers
  faults: Partial<Record<ChangeName | 'body', string>>
  ticket: string
}

function NewNote({ found, answers, faults, ticket }: FormProps) {
  const given = { answers, faults }
  return (
    <section>
      <h2>Add a note</h2>
      <Form action={`/console/cases/${found.id}/notes`} ticket={ticket} label="Add note">
        <Area {...given} name="body" label="Note" hint="Up to 4,000 characters." rows={4} />
      </Form>
    </section>
  )
}

/** Choices that hold what is chosen now, even where it cannot be chosen any more, or not by this key. */
const including = (of: readonly { id: string; name: string }[], now: { id: string; name: string } | null) =>
  now && !of.some(({ id }) => id === now.id) ? [now, ...of] : of

function Changes({ found, choices, answers, faults, ticket }: FormProps & Pick<CasePage, 'choices'>) {
  const now: Answers = {
    status: found.status,
    assigneeId: found.assigneeId ?? '',
    categoryId: found.categoryId ?? '',
    wardId: found.wardId ?? '',
    summary: found.summary,
    internalRef: found.internalRef ?? '',
  }
  const given = { answers: { ...now, ...answers }, faults }
  return (
    <section>
      <h2>Change the case</h2>
      <Form
        action={`/console/cases/${found.id}`}
        ticket={ticket}
        values={{ version: found.version }}
        label="Save changes"
      >
        <Choice
          {...given}
          name="status"
          label="Status"
          of={statuses.map((id) => ({ id, name: statusNames[id] }))}
          none={null}
        />
        <Choice
          {...given}
          name="assigneeId"
          label="Assigned to"
          of={including(choices.users, found.assignee)}
          none="Nobody"
        />
        <Choice
          {...given}
          name="categoryId"
          label="Category"
          of={including(choices.categories, found.category)}
          none="None"
        />
        <Choice {...given} name="wardId" label="Ward" of={including(choices.wards, found.ward)} none="None" />
        <Input {...given} name="summary" label="Summary" />
        <Input {...given} name="internalRef" label="Your own reference (optional)" short />
      </Form>
    </section>
  )
}
