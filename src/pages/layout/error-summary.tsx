interface Entry {
  /** The id of the control to correct. */
  id: string
  sentence: string
}

/**
 * The errors of a form, above everything else, each a link to its field. It has the focus when the page
 * opens, so that it is read out first (GOV.UK Design System, error summary). Empty without errors.
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
