import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { operatorsOn, root, rowsOf, run, temporaryFolder } from '../command'

/** The resident whom the pages speak of, with a case that is closed. */
const alex = `update cases set resident_name = 'Alex Resident', resident_email = 'alex@example.com',
  resident_phone = '01632 960001', status = 'closed', closed_at = created_at
  where id = (select min(id) from cases where status <> 'closed')`

/**
 * Local databases that hold what the pages speak of, made by the commands themselves: `empty` has its tables, `acme` a tenant
 * too, `full` the tenant's user Jane, a key, and cases, of which one is Alex Resident's, and in `closed` it is closed.
 */
export async function databases() {
  const { folder, remove } = temporaryFolder()
  const at = (name: string) => join(folder, name)
  const dev = async (state: string, name: string, ...args: string[]) => {
    const program = ['--import', 'tsx', `scripts/dev/${name}.ts`, ...args]
    const { code, stderr } = await run(process.execPath, program, { CASEWORK_STATE: state })
    if (code !== 0) throw new Error(stderr)
  }

  await dev(at('empty'), 'migrate')
  cpSync(at('empty'), at('acme'), { recursive: true })
  const council = ['--plan', 'council', '--council-code', 'E06999901']
  await operatorsOn(at('acme')).answer('tenants', 'create', '--slug', 'acme', '--name', 'Acme', ...council)
  cpSync(at('acme'), at('full'), { recursive: true })
  const { answer } = operatorsOn(at('full'))
  const jane = ['--name', 'Jane', '--email', 'jane@example.com', '--role', 'manager']
  await answer('users', 'create', '--tenant', 'acme', ...jane)
  const key = await answer('keys', 'create', '--tenant', 'acme', '--role', 'admin', '--scopes', 'all')
  await dev(at('full'), 'demo-fill', '--tenant', 'acme', '--cases', '20')
  await rowsOf(at('full'), alex)
  cpSync(at('full'), at('closed'), { recursive: true })
  await operatorsOn(at('closed')).answer('tenants', 'close', 'acme')

  let copies = 0
  /** A copy of one of them, for a command to do with as it likes. */
  function copyOf(name: 'empty' | 'acme' | 'full' | 'closed'): string {
    const copy = at(`copies/${copies++}`)
    mkdirSync(copy, { recursive: true })
    cpSync(at(name), copy, { recursive: true })
    return copy
  }

  return { copyOf, key: { id: String(key.id), text: String(key.key) }, remove }
}

/** Runs a command as a shell does, in the project's folder. */
export const shell = (command: string, env: NodeJS.ProcessEnv) => run('bash', ['-c', command], env, root)

/** The same from another folder, in which the files are that it names. */
export const shellIn = (folder: string, command: string, env: NodeJS.ProcessEnv) =>
  run('bash', ['-c', command.replaceAll('npm run', `npm --prefix '${root}' run`)], env, folder)
