import type { ApiError } from '../../../errors'
import { isAuthorised } from '../../../gate/requirement'
import { Choice, Input } from '../../layout/form-fields'
import { attempt, call } from '../api-call'
import { answersTo, faultsOf, requireMendable } from '../form'
import { Form } from '../layout/form'
import { consolePage } from '../layout/frame'
import { Pages } from '../layout/list'
import { Table } from '../layout/table'
import { number } from '../layout/words'
import { done } from '../notice'
import { idOf, newTicket, type Page } from '../page'

/** A ward or a category, as far as it can be changed here. */
interface Thing {
  id: string
  name: string
  enabled: boolean
  version: number
  /** Of a category. */
  sortOrder?: number
  /** Of a ward. */
  code?: string | null
}

interface Kind {
  name: 'wards' | 'categories'
  title: string
  noun: string
  /** The scope that changes them. */
  scope: 'wards:write' | 'settings:write'
  /** The field that each has of its own. */
  own: 'code' | 'sortOrder'
  ownLabel: string
  ownHint: string
}

const wards: Kind = {
  name: 'wards',
  title: 'Wards',
  noun: 'ward',
  scope: 'wards:write',
  own: 'code',
  ownLabel: 'GSS code (optional)',
  ownHint: 'It links postcodes to the ward, like E05009270.',
}

const categories: Kind = {
  name: 'categories',
  title: 'Categories',
  noun: 'category',
  scope: 'settings:write',
  own: 'sortOrder',
  ownLabel: 'Position in the list (optional)',
  ownHint: 'A whole number: lower ones come first.',
}

const pagesOf = (kind: Kind) => ({
  list: (c: Page) => showThings(c, kind),
  form: (c: Page) => showThing(c, kind),
  save: (c: Page) => saveThing(c, kind),
})

/** Pages of the council's wards. */
export const wardPages = pagesOf(wards)

/** Pages of the council's categories. */
export const categoryPages = pagesOf(categories)

/** What changing them takes. */
const changing = ({ scope }: Kind) => ({ plan: 'pro', scope, role: 'admin' }) as const

async function showThings(c: Page, kind: Kind) {
  const { cursor } = c.req.query()
  const path = `/console/${kind.name}`
  const asked = { path: `/api/${kind.name}`, query: { cursor } }
  const { answer: things, nextCursor, principal } = await call<Thing[]>(c, asked)
  const mayChange = isAuthorised(principal, changing(kind))
  return consolePage(c, {
    title: kind.title,
    children: (
      <>
        <h1>{kind.title}</h1>
        {mayChange && (
          <p>
            <a class="button" href={`${path}/new`}>
              Add a {kind.noun}
            </a>
          </p>
        )}
        <Table
          caption={kind.title}
          headings={['Name', kind.own === 'code' ? 'GSS code' : 'Position', 'State']}
          numeric={kind.own === 'code' ? [] : [1]}
          rows={things.map(({ id, name, code, sortOrder, enabled }) => [
            mayChange ? <a href={`${path}/${id}`}>{name}</a> : name,
            kind.own === 'code' ? (code ?? null) : number(sortOrder ?? 0),
            enabled ? 'In use' : 'Not in use',
          ])}
          empty={`There is no ${kind.noun} yet.${mayChange ? ' Add the first.' : ''}`}
        />
        <Pages path={path} query={{}} cursor={cursor} next={nextCursor} />
      </>
    ),
  })
}

const names = ['name', 'enabled', 'code', 'sortOrder'] as const
type Answers = Partial<Record<(typeof names)[number] | 'version', string>>

const isNew = (c: Page) => idOf(c) === 'new'

async function showThing(c: Page, kind: Kind) {
  if (isNew(c)) {
    await call(c, { path: '/api/me', required: changing(kind) })
    return thingForm(c, kind, { enabled: 'true' })
  }
  const { answer } = await call<Thing>(c, {
    path: `/api/${kind.name}/${encodeURIComponent(idOf(c))}`,
    required: changing(kind),
  })
  const { name, enabled, version, code, sortOrder } = answer
  const own = kind.own === 'code' ? (code ?? '') : String(sortOrder)
  return thingForm(c, kind, { name, enabled: String(enabled), version: String(version), [kind.own]: own })
}

/** Adds one, or changes one: 409 where somebody else was first, or has one of that name. */
async function saveThing(c: Page, kind: Kind) {
  const answers = answersTo(c, [...names, 'version'])
  const { name, enabled, version, sortOrder, code } = answers
  const own =
    kind.own === 'code' ? { code: code || null } : { sortOrder: sortOrder === '' ? undefined : Number(sortOrder) }
  const body = { name, enabled: enabled === 'true', ...own, ...(version && { version: Number(version) }) }
  const called = await attempt(
    c,
    isNew(c)
      ? { method: 'POST', path: `/api/${kind.name}`, body }
      : { method: 'PATCH', path: `/api/${kind.name}/${encodeURIComponent(idOf(c))}`, body },
  )
  if (!called.refusal) return done(c, `/console/${kind.name}`, 'saved')
  return thingForm(c, kind, answers, called.refusal)
}

async function thingForm(c: Page, kind: Kind, answers: Answers, refusal?: ApiError) {
  const isTaken = refusal?.code === 'conflict' && refusal.details?.current === undefined
  const faults = isTaken ? { name: refusal.message } : faultsOf(refusal, names)
  if (refusal) requireMendable(refusal, faults)
  const given = { answers, faults }
  const title = isNew(c) ? `Add a ${kind.noun}` : `Change the ${kind.noun}`
  const path = `/console/${kind.name}`
  return consolePage(c, {
    title,
    trail: [[path, kind.title]],
    faults,
    status: refusal?.status,
    children: (
      <>
        <h1>{title}</h1>
        <Form
          action={`${path}/${idOf(c)}`}
          ticket={await newTicket(c)}
          values={answers.version ? { version: answers.version } : {}}
          label="Save"
        >
          <Input {...given} name="name" label="Name" />
          <Input {...given} name={kind.own} label={kind.ownLabel} hint={kind.ownHint} short />
          <Choice
            {...given}
            name="enabled"
            label="State"
            hint="What is not in use cannot be chosen any more. Cases that have it keep it."
            of={[
              { id: 'true', name: 'In use' },
              { id: 'false', name: 'Not in use' },
            ]}
            none={null}
          />
        </Form>
      </>
    ),
  })
}
