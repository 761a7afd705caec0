import type { Ref } from '../../../db/ref'
import type { Case } from '../../../routes/cases/case-schemas'
import { Form } from '../layout/form'
import { consolePage } from '../layout/frame'
import { Table } from '../layout/table'
import { atTime, statusNames } from '../layout/words'
import { newTicket, type Page } from '../page'
import { type ChangeName, changeNames } from './case-changes'

interface Conflict {
  /** The case as it is now. */
  found: Case
  choices: { wards: readonly Ref[]; categories: readonly Ref[]; users: readonly Ref[] }
  /** What was typed on a page that is older. */
  answers: Partial<Record<ChangeName, string>>
}

const labels: Record<ChangeName, string> = {
  status: 'Status',
  assigneeId: 'Assigned to',
  categoryId: 'Category',
  wardId: 'Ward',
  summary: 'Summary',
  internalRef: 'Your own reference',
}

/** Somebody else has changed the case first: what it is now and what was typed, side by side, to choose between them. */
export async function showConflict(c: Page, { found, choices, answers }: Conflict) {
  const names = changeNames.filter((name) => name in answers)
  const nameOf = (of: readonly Ref[], current: Ref | null, id: string) =>
    [...of, ...(current ? [current] : [])].find((one) => one.id === id)?.name ?? (id || 'None')
  const words: Record<ChangeName, (value: string) => string> = {
    status: (value) => statusNames[value as Case['status']] ?? value,
    assigneeId: (value) => nameOf(choices.users, found.assignee, value),
    categoryId: (value) => nameOf(choices.categories, found.category, value),
    wardId: (value) => nameOf(choices.wards, found.ward, value),
    summary: (value) => value,
    internalRef: (value) => value || 'None',
  }
  const rows = names.flatMap((name) => {
    const [theirs, yours] = [found[name] ?? '', answers[name] ?? '']
    const isSame = theirs === yours
    return isSame ? [] : [[labels[name], words[name](theirs), <strong>{words[name](yours)}</strong>]]
  })
  const path = `/console/cases/${found.id}`
  return consolePage(c, {
    title: 'Somebody else was first',
    trail: [
      ['/console/cases', 'Cases'],
      [path, found.reference],
    ],
    status: 409,
    children: (
      <>
        <h1>Somebody else was first</h1>
        <p>
          The case was changed at {atTime(found.updatedAt)}, after you had opened it. Nothing of yours has been saved
          yet.
        </p>
        <Table
          caption={`${found.reference}: where it differs from what you typed`}
          headings={['Field', 'As it is now', 'What you typed']}
          rows={rows}
          empty="The case is already as you wanted it."
        />
        <Form
          action={path}
          ticket={await newTicket(c)}
          values={{ ...Object.fromEntries(names.map((name) => [name, answers[name] ?? ''])), version: found.version }}
          label="Save what I typed"
        >
          <p>Saving puts what you typed in place of what is there now.</p>
        </Form>
        <p>
          <a href={path}>Leave the case as it is now</a>
        </p>
      </>
    ),
  })
}
