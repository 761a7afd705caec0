interface Entry {
  /** The id of what to mend. */
  id: string
  sentence: string
}

/**
 * What is wrong with a form, above everything else, each entry a link to its field. It has the focus when the page
 * opens, so that it is read out first (GOV.UK Design System, error summary). Nothing where nothing is wrong.
 */
export function ErrorSummary({ faults }: { faults: readonly Entry[] }) {
  if (faults.length === 0) return null
  return (
    <div class="summary" role="alert" aria-labelledby="summary-title" tabindex={-1} autofocus>
      <h2 id="summary-title">There is a problem</h2>
      <ul>
        {faults.map(({ id, sentence }) => (
          <li key={id}>
            <a href={`#${id}`}>{sentence}</a>
          </li>
        ))}
      </ul>
    </div>
  )
}
