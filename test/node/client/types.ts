import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { root } from '../../../scripts/root'
import type { Installed } from './installed'

/** A caller's program. */
const program = `import { Casework, ConflictError, NotFoundError, PermissionError, RateLimitError, ValidationError } from 'casework-client'
import type { Case, LogEntry, Ward } from 'casework-client'

const log = (entry: LogEntry) => console.log(entry.event === 'failed' ? entry.body : entry.waitMs)
const key: string | undefined = undefined
const casework = new Casework({ baseUrl: 'https://casework.example.com', apiKey: key, logger: log })
const wards: Ward[] = await casework.wards.list({ enabled: undefined })
const made: Case = await casework.cases.create({ residentName: 'Ada Example', summary: 'Pothole', wardId: wards[0]?.id })
for await (const { reference } of casework.cases.list({ status: ['open', 'closed'], archived: false })) reference.toUpperCase()
const some = await casework.cases.list({ status: 'open' }, { signal: AbortSignal.timeout(1000), timeoutMs: 500 }).toArray({ limit: 5 })
await casework.cases.list().catch(() => undefined).finally(() => {})
const promised: Promise<Case> = casework.cases.get('1', { headers: { 'X-Request-Id': '1' }, maxRetries: 0 })
const { data, status, etag, requestId, headers } = await casework.cases.get('1').withResponse()
await casework.cases.addNote(data.id, { body: \`\${status.toFixed()} \${etag?.length} \${requestId} \${headers.get('ETag')}\` })
await casework.cases.update(made.id, { status: 'closed' }, { ifMatch: etag })
await casework.cases.update(made.id, { status: 'closed' }, { ifMatch: (await promised).version })
await casework.submissions.convert('1')
await casework.keys.rotate('1')
const csv: string = await casework.cases.exportCsv({ status: 'open' }) + await casework.wards.exportCsv()
const { reference } = await new Casework({ baseUrl: 'http://localhost', apiKey: null }).publicApi.contact('demo', { name: csv, message: 'm' })
const answer: unknown = await casework.request('GET', '/api/me', { query: { a: 1 } })
try {
  await casework.cases.update(made.id, { status: 'resolved' }, { ifMatch: some[0] })
} catch (error) {
  if (error instanceof RateLimitError) error.retryAfterSeconds.toFixed()
  else if (error instanceof ConflictError) error.current?.version.toFixed(), error.existing?.reference?.toUpperCase(), error.details?.current?.version.toFixed()
  else if (error instanceof PermissionError) log satisfies object, error.requiredScope === 'cases:write', error.requiredRole === 'admin', error.requiredPlan === 'pro'
  else if (error instanceof ValidationError) error.fields.summary?.message.toUpperCase()
  else if (!(error instanceof NotFoundError)) throw error
}
export { answer, reference }
`

/** What the types must refuse, by what is wrong with it. */
const refused: Record<string, string> = {
  'a summary is missing': "casework.cases.create({ residentName: 'Ada Example' })",
  'there is no such filter': "casework.cases.list({ colour: 'red' })",
  'there is no such status': "casework.cases.list({ status: 'opn' })",
  'there is no such status among several': "casework.cases.list({ status: ['open', 'opn'] })",
  'there is no such status of a message': "casework.submissions.list({ status: 'open' })",
  'a note has a body': "casework.cases.addNote('1')",
  'a change says what it changes': "casework.cases.update('1')",
  'a thing without a version': "casework.cases.update('1', {}, { ifMatch: [{ id: '1' }] })",
}

/** What a programmer's compiler and editor say. */
export function describeTypes(installed: () => Installed): void {
  it('says what each method does where an editor shows it', () => {
    const lines = readFileSync(join(installed().packed, 'dist/resources.d.ts'), 'utf8').split('\n')
    const methods = lines.flatMap((line, i) => {
      const [, name] = /^ {4}(?:readonly )?(\w+): /.exec(line) ?? []
      return name ? [{ name, isDocumented: lines[i - 1]?.trim().endsWith('*/') === true }] : []
    })
    expect(methods.filter(({ isDocumented }) => !isDocumented)).toEqual([])
    const { Casework } = installed().client
    const { cases, keys } = new Casework({ baseUrl: 'http://localhost', apiKey: 'sk' })
    expect(methods.map(({ name }) => name)).toEqual(
      expect.arrayContaining([...Object.keys(cases), ...Object.keys(keys)]),
    )
  })

  it('the example of its documentation and the programs of its README compile', async () => {
    const { packed } = installed()
    const [, example = ''] =
      /@example\n((?: \* .*\n)+?) \*\/\nexport declare class Casework/.exec(
        readFileSync(join(packed, 'dist/index.d.ts'), 'utf8'),
      ) ?? []
    const readme = readFileSync(join(packed, 'README.md'), 'utf8')
    const programs = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text ?? '')
    expect(example).toContain('new Casework(')
    expect(programs.length).toBeGreaterThan(1)
    const first = `import { Casework } from 'casework-client'\n${example.replaceAll(/^ \* /gm, '')}`
    expect(await compiled(installed().folder, [first, ...programs], 'nodenext', 'nodenext')).toMatchObject({
      stdout: '',
    })
  })

  it.each([
    ['nodenext', 'nodenext'],
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ])('has types that compile with module %s and moduleResolution %s', async (module, moduleResolution) => {
    expect(await compiled(installed().folder, [program], module, moduleResolution)).toMatchObject({ stdout: '' })
  })

  it('has types that refuse what cannot be right', async () => {
    const begin =
      "import { Casework } from 'casework-client'; const casework = new Casework({ baseUrl: '', apiKey: '' })"
    const text = [begin, ...Object.values(refused)].join('\n')
    const said = JSON.stringify(await compiled(installed().folder, [text], 'nodenext', 'nodenext'))
    const lines = new Set(Array.from(said.matchAll(/program-0\.ts\((\d+),/g), ([, line]) => Number(line)))
    expect(Object.keys(refused).filter((_, index) => !lines.has(index + 2))).toEqual([])
    expect(lines.has(1)).toBe(false)
  })
}

/** What the compiler says of programs, at its strictest. */
async function compiled(folder: string, programs: string[], module: string, moduleResolution: string) {
  const files = programs.map((text, i) => {
    writeFileSync(join(folder, `program-${i}.ts`), `${text}\nexport {}\n`)
    return `program-${i}.ts`
  })
  const target = { target: 'es2022', lib: ['es2022', 'dom', 'dom.asynciterable'], types: [], noEmit: true }
  const strict = { strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true }
  const compilerOptions = { module, moduleResolution, ...target, ...strict }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  return promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch((error: unknown) => error)
}
