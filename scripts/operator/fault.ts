/** Something the operator can put right. Its message is one line, written for them; a list may follow it. */
export class UsageError extends Error {
  override readonly name = 'Fault'
}

/** Prints what went wrong on stderr and makes the process end with a code that says so. */
export function reportFault(error: unknown): void {
  if (error instanceof UsageError) console.error(`error: ${error.message}`)
  else console.error(error)
  process.exitCode = 1
}
