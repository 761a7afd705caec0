import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { KeyMark } from '../../../src/db/operator-keys'
import { cellOfKey, hashKey, prefixLength } from '../../../src/gate/key-format'
import { note } from '../command'
import { UsageError } from '../fault'

/** What somebody knows of a key, as the database has it. */
export interface Mark {
  by: KeyMark
  value: string
}

/** Shape of a whole key, also amid other text: what has leaked is often a line of a log or of a program. */
const wholeKey = /\bsk_cw\d{1,4}_[0-9A-Za-z]{46}\b/

/**
 * Reads what somebody knows of a key: its own text, its first characters or its id. Neither this nor what is done with it
 * ever prints the text.
 *
 * @param given as an argument; `-` for stdin, absent for a prompt that does not show what is typed
 */
export async function readMark(given: string | undefined): Promise<Mark> {
  const said = (given === '-' ? await text(process.stdin) : (given ?? (await ask()))).trim()
  if (said === '') throw new UsageError('Nothing was given: a key, its prefix or its id')
  const key = wholeKey.exec(said)?.[0]
  if (key !== undefined && cellOfKey(key) !== undefined) return { by: 'hash', value: await hashKey(key) }
  if (!said.startsWith('sk_')) return { by: 'id', value: said }
  if (said.length < prefixLength)
    throw new UsageError(`That is too little of a key: its first ${prefixLength} characters are needed`)
  if (said.length > prefixLength) note(`Not a whole key: looking for its first ${prefixLength} characters.`)
  return { by: 'prefix', value: said.slice(0, prefixLength) }
}

async function ask(): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError('Provide the key, its prefix or its id, or - to read it from stdin')
  process.stderr.write('The key, its prefix or its id (not shown): ')
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  lines.on('SIGINT', () => process.exit(130))
  const said = await lines.question('')
  lines.close()
  process.stderr.write('\n')
  return said
}
