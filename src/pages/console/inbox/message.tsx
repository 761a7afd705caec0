import { categoryChoices, userChoices, wardChoices } from '../../../db/console'
import type { Results } from '../../../db/query'
import { submissionById } from '../../../db/submissions'
import { firstLine } from '../../../domain/first-line'
import type { ApiError } from '../../../errors'
import { isAuthorised } from '../../../gate/requirement'
import type { Case } from '../../../routes/cases/case-schemas'
import { presentSubmission } from '../../../routes/submissions/submission-rules'
import type { Submission } from '../../../routes/submissions/submission-schemas'
import { Area, Choice, Input } from '../../layout/form-fields'
import { attempt, call } from '../api-call'
import { answersTo, faultsOf, requireMendable, type Sentences, typed } from '../form'
import { Action, Form } from '../layout/form'
import { consolePage } from '../layout/frame'
import { Details } from '../layout/table'
import { atTime, postcodeOf } from '../layout/words'
import { done, type Notice } from '../notice'
import { idOf, newTicket, type Page } from '../page'
import { messageStatuses } from './inbox'

const names = ['summary', 'description', 'wardId', 'categoryId', 'assigneeId', 'internalRef'] as const
type Name = (typeof names)[number]

const sentences: Sentences<Name> = {
  summary: { too_long: 'The summary must be 255 characters or fewer' },
  description: { too_long: 'The description must be 4,000 characters or fewer' },
}

const choices = { wards: wardChoices, categories: categoryChoices, users: userChoices }
const withMessage = { ...choices, found: submissionById }

interface MessagePage {
  message: Submission
  choices: Results<typeof choices>
  /** What was typed, with what is wrong with it. */
  answers?: Partial<Record<Name, string>>
  refusal?: ApiError
}

const pathOf = (c: Page) => `/api/submissions/${encodeURIComponent(idOf(c))}`

/** A message, with the form that makes a case of it. */
export async function showMessage(c: Page) {
  const { answer, alongside } = await call<Submission, typeof choices>(c, { path: pathOf(c), alongside: choices })
  return messagePage(c, { message: answer, choices: alongside })
}

/** Changes a message's status. */
export async function changeMessage(c: Page) {
  const status = typed(c, 'status')
  const version = Number(typed(c, 'version'))
  await call(c, { method: 'PATCH', path: pathOf(c), body: { status, version } })
  const notices: Record<string, Notice> = { spam: 'spam', dismissed: 'dismissed', new: 'reopened' }
  return done(c, status === 'new' ? `/console/inbox/${idOf(c)}` : '/console/inbox', notices[status])
}

/** Makes a case of a message, and goes on to it. */
export async function convertMessage(c: Page) {
  const answers = answersTo(c, names)
  const body = Object.fromEntries(
    Object.entries(answers).filter(([name, value]) => value !== '' || name === 'description'),
  )
  const asked = {
    method: 'POST',
    path: `${pathOf(c)}/convert`,
    body,
    alongside: withMessage,
    values: { id: idOf(c) },
  } as const
  const made = await attempt<Case, typeof withMessage>(c, asked)
  if (!made.refusal) return done(c, `/console/cases/${made.answer.id}`, 'converted')
  const { refusal } = made
  const { found, ...rest } = made.alongside
  if (!found) throw refusal
  await c.var.gate.disclose('submission', () => [found.id])
  return messagePage(c, { message: presentSubmission(found), choices: rest, answers, refusal })
}

async function messagePage(c: Page, { message, choices, answers, refusal }: MessagePage) {
  const { principal } = c.var.gate
  const faults = faultsOf(refusal, names, sentences)
  if (refusal) requireMendable(refusal, faults)
  const isOpen = message.status !== 'converted'
  const mayChange = isOpen && isAuthorised(principal, { plan: 'pro', scope: 'submissions:write' })
  const mayConvert = mayChange && isAuthorised(principal, { plan: 'pro', scope: 'cases:write' })
  const ticket = await newTicket(c)
  return consolePage(c, {
    title: message.reference,
    trail: [['/console/inbox', 'Inbox']],
    faults,
    status: refusal?.status,
    children: (
      <>
        <h1>Message {message.reference}</h1>
        <div class="columns">
          <div>
            <About message={message} />
            {mayChange && <Statuses message={message} ticket={ticket} />}
          </div>
          {mayConvert && (
            <Conversion {...{ message, choices, faults }} answers={answers ?? prefilled(message)} ticket={ticket} />
          )}
        </div>
      </>
    ),
  })
}

/** What a case would be made of, before anybody changes it. */
const prefilled = ({ message, ward, category }: Submission): Partial<Record<Name, string>> => ({
  summary: firstLine(message, 255),
  description: message,
  wardId: ward?.id ?? '',
  categoryId: category?.id ?? '',
})

function About({ message }: { message: Submission }) {
  return (
    <Details
      of={[
        ['Status', messageStatuses[message.status]],
        ['Case', message.caseId && <a href={`/console/cases/${message.caseId}`}>Open the case</a>],
        ['From', message.name],
        ['Email', message.email],
        ['Phone', message.phone],
        ['Address', message.address && <span class="lines">{message.address}</span>],
        ['Postcode', postcodeOf(message.postcode)],
        ['Ward', message.ward?.name],
        ['About', message.category?.name],
        ['Came', atTime(message.createdAt)],
        ['Taken for spam because of', message.spamReasons.join(', ')],
        ['Message', <span class="lines">{message.message}</span>],
      ]}
    />
  )
}

/** What else can be done with a message than making it a case. */
function Statuses({ message, ticket }: { message: Submission; ticket: string }) {
  const labels = { spam: 'Mark as spam', dismissed: 'Dismiss', new: 'Make new again' } as const
  return (
    <div class="actions">
      {(['spam', 'dismissed', 'new'] as const)
        .filter((status) => status !== message.status)
        .map((status) => (
          <Action
            key={status}
            action={`/console/inbox/${message.id}/status`}
            ticket={ticket}
            values={{ status, version: message.version }}
            label={labels[status]}
          />
        ))}
    </div>
  )
}

interface ConversionProps extends Pick<MessagePage, 'message' | 'choices'> {
  answers: Partial<Record<Name, string>>
  faults: Partial<Record<Name, string>>
  ticket: string
}

function Conversion({ message, choices, answers, faults, ticket }: ConversionProps) {
  const given = { answers, faults }
  return (
    <section>
      <h2>Make it a case</h2>
      <Form action={`/console/inbox/${message.id}/convert`} ticket={ticket} label="Make it a case">
        <Input {...given} name="summary" label="Summary" hint="One line, up to 255 characters." />
        <Area {...given} name="description" label="Description" hint="Up to 4,000 characters." rows={6} />
        <Choice {...given} name="categoryId" label="Category (optional)" of={choices.categories} none="None" />
        <Choice {...given} name="wardId" label="Ward (optional)" of={choices.wards} none="None" />
        <Choice {...given} name="assigneeId" label="Assigned to (optional)" of={choices.users} none="Nobody yet" />
        <Input {...given} name="internalRef" label="Your own reference (optional)" short />
      </Form>
    </section>
  )
}
