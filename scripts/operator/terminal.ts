import { createInterface } from 'node:readline/promises'

/** Whether there is somebody to ask. */
export const isTerminal = () => process.stdin.isTTY === true

/** What somebody types in answer to a question, or the default for nothing. Questions go to stderr. */
export async function ask(question: string, byDefault = ''): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  // readline takes Ctrl-C for itself.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  const said = await lines.question(byDefault === '' ? question : `${question}[${byDefault}] `)
  lines.close()
  return said.trim() || byDefault
}
