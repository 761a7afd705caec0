import type { Child } from 'hono/jsx'

interface TableProps {
  caption: string
  headings: readonly string[]
  /** Cells by row; the first of each is its heading. */
  rows: readonly (readonly Child[])[]
  /** Columns of numbers, which go to the right. */
  numeric?: readonly number[]
  /** What to say, and to do, where there are no rows. */
  empty: Child
}

/** A table that folds into a list of rows on a narrow screen: each cell then says its column. */
export function Table({ caption, headings, rows, numeric = [], empty }: TableProps) {
  if (rows.length === 0) return <p class="empty">{empty}</p>
  const classOf = (column: number) => (numeric.includes(column) ? 'number' : undefined)
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          {headings.map((heading, column) => (
            <th key={heading} scope="col" class={classOf(column)}>
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([first, ...cells], row) => (
          <tr key={row}>
            <th scope="row">{first}</th>
            {cells.map((cell, index) => (
              <td key={headings[index + 1]} class={classOf(index + 1)} data-label={headings[index + 1]}>
                {cell ?? '–'}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Names and what they stand for, one below the other. Those without a value are left out. */
export function Details({ of }: { of: readonly (readonly [name: string, value: Child])[] }) {
  return (
    <dl class="summary-list">
      {of
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
