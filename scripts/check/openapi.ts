import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { app } from '../../src/app'
import { documentOf } from '../../src/openapi/document'
import { check, runTool } from './tool'

// The document as the Worker serves it, linted by the rules in `redocly.yaml`.
await check(async (folder) => {
  const document = documentOf(app)
  const file = join(folder, 'openapi.json')
  await writeFile(file, JSON.stringify(document, null, 2))
  runTool('redocly', ['lint', file, '--config', 'redocly.yaml', '--format', 'stylish'])
  return `OpenAPI: ${Object.keys(document.paths ?? {}).length} paths without a fault`
})
