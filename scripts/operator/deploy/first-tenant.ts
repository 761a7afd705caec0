import { spawn } from 'node:child_process'
import { keysOfTenant } from '../../../src/db/operators'
import { root } from '../../root'
import type { Place } from '../cells'
import { acrossCells } from '../database'
import { UsageError } from '../fault'
import { tenantBySlug } from '../records'
import type { FirstTenant } from './plan'

/** What there was to do for a tenant, and the key made, which nobody can be shown again. */
export interface Founded {
  tenant: 'created' | 'there'
  key: string | undefined
}

/** Creates a tenant and an admin's key with the operators' commands, where the tenant or any key of it is missing. */
export async function found(place: Place, { slug, name, plan }: FirstTenant): Promise<Founded> {
  const cells = await acrossCells(place, [tenantBySlug(slug), keysOfTenant(slug)])
  const isThere = cells.some(({ found: [tenants] }) => tenants.length > 0)
  const hasKeys = cells.some(({ found: [, keys] }) => keys.length > 0)
  const stage = ['--env', String(place.env)]
  if (!isThere) await operate('tenants', 'create', '--slug', slug, '--name', name, '--plan', plan, ...stage)
  if (hasKeys) return { tenant: isThere ? 'there' : 'created', key: undefined }
  const said = await operate('keys', 'create', '--tenant', slug, '--role', 'admin', '--scopes', 'all', ...stage)
  const [key] = /\bsk_cw\d+_[0-9A-Za-z]{46}\b/.exec(said) ?? []
  if (key === undefined)
    throw new UsageError(
      `No key was printed: "npm run keys -- list --tenant ${slug} ${stage.join(' ')}" shows whether one was made`,
    )
  return { tenant: isThere ? 'there' : 'created', key }
}

/** What an operators' command prints. Throws a `UsageError` with its refusal. */
async function operate(command: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', `${root}scripts/operator/${command}.ts`, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
  })
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject).on('close', resolve)
  })
  if (code === 0) return said.stdout
  throw new UsageError(`${command}: ${said.stderr.trim().replace(/^error: /, '')}`)
}
