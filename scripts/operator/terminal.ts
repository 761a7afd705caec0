import { createInterface } from 'node:readline/promises'
import { UsageError } from './fault'

/** Whether there is somebody to ask. */
export const isTerminal = () => process.stdin.isTTY === true

/** What somebody types in answer to a question, or the default for nothing. Questions go to stderr. Ctrl-D is a `UsageError`. */
export async function ask(question: string, byDefault = ''): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  // readline takes Ctrl-C for itself.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  const said = await lines.question(byDefault === '' ? question : `${question}[${byDefault}] `).catch(() => {
    throw new UsageError('No answer, so nothing was done')
  })
  lines.close()
  return said.trim() || byDefault
}

/** Throws a `UsageError` unless somebody agrees. */
export async function requireYes(): Promise<void> {
  requireTerminal()
  if (!/^y(es)?$/i.test(await ask('Go ahead? [y/N] '))) throw new UsageError('Nothing was done')
}

/** Throws a `UsageError` unless somebody types a word. */
export async function requireWord(word: string): Promise<void> {
  requireTerminal()
  if ((await ask(`Type "${word}" to do it: `)) !== word) throw new UsageError('Nothing was done')
}

function requireTerminal(): void {
  if (!isTerminal()) throw new UsageError('Nothing was done: without a terminal to ask on, give --yes')
}
