import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { operatorsOn, root, rowsOf, run, temporaryFolder } from './command'

const { folder, remove } = temporaryFolder()
afterAll(remove)
const state = join(folder, 'state')
const { operate, answer, refusal } = operatorsOn(state)

// What is found and erased: residents.spec.ts. This is what the commands make of it.
beforeAll(async () => {
  await answer('tenants', 'create', '--slug', 'acme', '--name', 'Acme', '--plan', 'council')
  await rowsOf(
    state,
    `insert into cases (id, tenant_id, serial, reference, status, resident_name, resident_email, summary, description,
       source_channel, created_at, updated_at, closed_at)
     select value ->> 0, tenants.id, value ->> 1, value ->> 0, 'closed', value ->> 2, value ->> 3, 'Pothole', '=Zebedée rang',
       'phone', 1, 1, 5
     from tenants, json_each('[["MAIN", 1, "Zebedée Q", "zebedee@example.com"], ["ALEX", 2, "Alex Resident", null]]')`,
  )
}, 600_000)

const at = ['--tenant', 'acme']
const byEmail = [...at, '--email', 'zebedee@EXAMPLE.com']

it('find prints a table, and how far it has come on stderr', async () => {
  const { stdout, stderr } = await operate('residents', 'find', ...byEmail)
  expect(stdout).toBe(
    [
      'kind  reference  status  name       email                phone  postcode  matched by  sure',
      'case  MAIN       closed  Zebedée Q  zebedee@example.com                   email       yes',
      '0 stored results hold their data',
      '',
    ].join('\n'),
  )
  expect(stderr).toBe('2 of 2 cases searched\n')
}, 600_000)

it('export writes files that only the operator can read, and never over others', async () => {
  const out = join(folder, 'export')
  const { files } = await answer('residents', 'export', ...byEmail, '--out', out)
  const names = ['resident.json', 'cases.csv', 'timeline.csv', 'messages.csv', 'stored-results.csv', 'disclosures.csv']
  expect(files).toEqual(names.map((name) => join(out, name)))
  const modes = [out, ...files].map((path) => statSync(path).mode & 0o777)
  expect(modes).toEqual([0o700, ...names.map(() => 0o600)])
  const held = JSON.parse(readFileSync(files[0], 'utf8'))
  expect(held).toMatchObject({ cases: [{ id: 'MAIN', residentName: 'Zebedée Q', timeline: [] }], messages: [] })
  expect(readFileSync(files[1], 'utf8')).toContain(`"'=Zebedée rang"`)
  expect((await operate('residents', 'export', ...byEmail, '--out', out)).code).toBe(1)
}, 600_000)

it('what others may share is not enough to export or erase', async () => {
  const weak =
    'error: Provide --email or --phone, or both --name and --postcode: others may have one of the latter too\n'
  expect(await refusal('residents', 'export', ...at, '--name', 'Alex Resident')).toBe(weak)
  expect(await refusal('residents', 'erase', ...at, '--postcode', 'TR26 1AA', '--yes')).toBe(weak)
  expect(await refusal('residents', 'find', ...at)).toBe(
    'error: Provide at least one of --email, --phone, --postcode and --name\n',
  )
})

it('erase needs a yes, and says how much is gone without saying whose', async () => {
  expect(await refusal('residents', 'erase', ...byEmail)).toBe(
    '2 of 2 cases searched\nerror: Nothing was erased: without a terminal, give --yes\n',
  )
  const names = 'select id, resident_name as name from cases order by id'
  expect(await rowsOf(state, names)).toEqual([
    { id: 'ALEX', name: 'Alex Resident' },
    { id: 'MAIN', name: 'Zebedée Q' },
  ])
  const none = { storedResults: 0, cases: 0, messages: 0, casesWithMentions: 0, namedIn: [] }
  const erased = await answer('residents', 'erase', ...byEmail, '--yes')
  expect(erased).toEqual({ ...none, cases: 1 })
  // Where nothing is found, nobody is asked.
  expect(await answer('residents', 'erase', ...byEmail)).toEqual(none)
  expect(await rowsOf(state, names)).toEqual([
    { id: 'ALEX', name: 'Alex Resident' },
    { id: 'MAIN', name: 'Removed' },
  ])
}, 600_000)

it('what still names them after their mentions are cleared is listed', async () => {
  await rowsOf(
    state,
    `update cases set description = 'Says old@example.com' where id = 'ALEX';
     insert into timeline (case_id, id, type, body, actor_id, created_at)
       values ('ALEX', 'n', 'note', 'Rang old@example.com', 'u', 1)`,
  )
  const erased = await operate('residents', 'erase', ...at, '--email', 'old@example.com', '--even-mentions', '--yes')
  expect(erased.stdout).toMatch(/casesWithMentions +1\n/)
  expect(erased.stderr).toMatch(/\nOthers' cases and messages that name them: ALEX\. Edit these by hand\.\n$/)
  expect(await rowsOf(state, 'select body from timeline')).toEqual([{ body: null }])
}, 600_000)

it('nothing of the resident is in wrangler’s own log', async () => {
  const { code } = await run('grep', ['-rli', 'zebedee@', join(root, '.wrangler/logs')])
  // 1: none; 2: no such folder.
  expect([1, 2]).toContain(code)
})
