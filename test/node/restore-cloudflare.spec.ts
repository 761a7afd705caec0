import { afterAll, expect, it } from 'vitest'
import { cloudflareAccount } from './cloudflare-account'
import { run } from './command'
import { copyOfProject } from './project'

const { folder, remove } = copyOfProject()
const { env, then, deployed, keep, dispose } = await cloudflareAccount()

afterAll(async () => {
  await dispose()
  remove()
})

const operate = (name: string, ...args: string[]) =>
  run(process.execPath, ['--import', 'tsx', `scripts/operator/${name}.ts`, ...args, '--env', 'production'], env, folder)

/** The id of a new key. */
async function newKey(): Promise<string> {
  const { stdout } = await operate('keys', 'create', '--tenant', 'acme', '--role', 'admin', '--scopes', 'all')
  return /\b[0-9A-HJKMNP-TV-Z]{26}\b/.exec(stdout)?.[0] ?? stdout
}

it('Keys that a restore brings back to life are found in the databases themselves, and revoked again', async () => {
  await deployed()
  expect(await operate('cell-commands', 'find')).toMatchObject({ code: 0, stdout: '' })
  await operate('tenants', 'create', '--slug', 'acme', '--name', 'Acme', '--plan', 'council')
  const [kept, leaked] = [await newKey(), await newKey()]
  await keep()
  await operate('keys', 'revoke', leaked)
  const later = await newKey()

  const { code, stdout, stderr } = await operate('restore', '--at', new Date().toISOString(), '--yes', '--revoke-again')

  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: `revoked again\n${leaked}\n`,
    stderr: expect.any(String),
  })
  expect(stderr).toMatch(
    new RegExp(
      `Revoke each:\n.*\ntenant +key +prefix\nacme +${leaked} +sk_cw0_\\w+\n- These keys were made since.*\n.*\nacme +${later} +`,
    ),
  )
  const { results } = await then.prepare('select id, revoked_at is null as live from keys order by id').all()
  expect(results).toEqual([
    { id: kept, live: 1 },
    { id: leaked, live: 0 },
  ])
  const audit = await then.prepare("select target_id from audit where action = 'key.revoke'").all()
  expect(audit.results).toEqual([{ target_id: leaked }])
})
