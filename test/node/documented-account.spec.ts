import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { fileOf, scriptOf } from '../docs/commands'
import { triedBy } from '../docs/ways'
import { root } from './command'
import { standInProject } from './stand-in/account'

const { given, operate, remove } = standInProject()

/** The deployed Worker, which is ready. */
const worker = createServer((_, response) => response.end())
await new Promise<void>((resolve) => worker.listen(0, '127.0.0.1', resolve))
const bound = worker.address()
const url = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`

afterAll(() => {
  worker.close()
  remove()
})

const applied = readdirSync(join(root, 'migrations')).filter((file) => file.endsWith('.sql'))
const database = { uuid: '11111111-0000', name: 'casework', jurisdiction: 'eu', applied, tables: ['tenants'] }

/** What an operator is asked on a terminal, and where the deployed Worker is. */
const answers: Record<string, string[]> = {
  deploy: ['--yes', '--url', url, '--wait', '1'],
  restore: ['--yes'],
}

const anHourAgo = () => new Date(Date.now() - 3_600_000).toISOString()

it.each(triedBy('account').map(({ text }) => text))('%s', async (text) => {
  const { script = '', args = [] } = scriptOf(text) ?? {}
  given(script === 'deploy' ? {} : { databases: [database] })
  if (script !== 'deploy') await operate('cell-commands', 'find', '--env', 'production')
  const filledIn = args.map((arg) =>
    arg.replace(/^TIME$|^2026-\S+Z$/, anHourAgo()).replace('BOOKMARK', 'now-of-casework'),
  )
  // The stand-in keeps no rows, so a deployment that makes a tenant is rehearsed.
  const rehearsal = args.includes('--tenant') ? ['--dry-run'] : []
  const more = args.includes('--dry-run') ? [] : [...(answers[script] ?? []), ...rehearsal]
  const { code, stderr } = await operate(basename(fileOf(script), '.ts'), ...filledIn, ...more)
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
})
