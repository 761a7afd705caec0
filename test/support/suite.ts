import { describe } from 'vitest'

/**
 * Runs spec files as one test file, each in a `describe` of its own name: the pool loads the whole Worker once per test
 * file, which takes longer than most specs. They share an isolate and its databases.
 */
export function runSpecs(specs: Record<string, () => Promise<unknown>>): void {
  for (const [path, load] of Object.entries(specs)) {
    describe(path.replace('../', 'test/'), async () => {
      await load()
    })
  }
}
