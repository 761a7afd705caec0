import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { app } from '../../src/app'
import { documentOf } from '../../src/openapi/document'
import { root } from '../root'
import { breakingChanges } from './breaking'
import { publishedDocument } from './published'
import { check, runTool } from './tool'

const file = join(root, 'assets/openapi.json')
const document = documentOf(app)
const text = `${JSON.stringify(document, null, 2)}\n`

/**
 * Callers that would break are told first: a line that starts with "Breaking:" must be in the changelog, among what has
 * come since the version that callers have.
 */
async function requireWarning(): Promise<string> {
  const published = publishedDocument()
  if (!published) return 'no earlier document to compare with'
  const breaking = breakingChanges(published, JSON.parse(text))
  if (breaking.length === 0) return 'nothing that breaks a caller'
  const changelog = await readFile(join(root, 'CHANGELOG.md'), 'utf8')
  const [unreleased = ''] = changelog.split(`\n## [${published.info.version}]`)
  if (/^- Breaking:/m.test(unreleased)) return `${breaking.length} breaking changes, which the changelog announces`
  const shown = breaking.slice(0, 20).join('\n')
  throw new Error(`${shown}\n${breaking.length} breaking changes, and no line "- Breaking: …" in CHANGELOG.md.`)
}

if (process.argv.includes('--check')) {
  await check(async () => {
    if ((await readFile(file, 'utf8')) !== text) throw new Error('assets/openapi.json is out of date: npm run openapi')
    runTool('redocly', ['lint', file, '--config', 'redocly.yaml', '--format', 'stylish'])
    return `OpenAPI: ${Object.keys(document.paths ?? {}).length} paths without a fault, ${await requireWarning()}`
  })
} else {
  await writeFile(file, text)
}
