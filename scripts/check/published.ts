import { spawnSync } from 'node:child_process'
import { root } from '../root'

/** Where the document was kept until the Worker served the committed file itself. */
const formerPlace = 'docs/openapi.json'

/**
 * The OpenAPI document that callers rely on: that of the last release (a tag `v…`), else of the commit where this branch
 * left `origin/main`, else of the last commit. Undefined where git has none of them, as in a shallow clone.
 */
export function publishedDocument(): { info: { version: string } } | undefined {
  const commits = [
    () => git('describe', '--tags', '--abbrev=0', '--match', 'v*'),
    () => git('merge-base', 'HEAD', 'origin/main'),
    () => 'HEAD',
  ]
  for (const commitOf of commits) {
    const commit = commitOf()
    const text = commit && (git('show', `${commit}:assets/openapi.json`) ?? git('show', `${commit}:${formerPlace}`))
    if (text) return JSON.parse(text)
  }
}

/** Stdout of a git command in the project's folder, or undefined where it fails. */
function git(...args: string[]): string | undefined {
  const run = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 })
  return run.status === 0 ? run.stdout.trim() : undefined
}
