import { z } from 'zod'
import type { Cell } from './cells'
import { UsageError } from './fault'
import { configFlags, errorOf, runWrangler } from './wrangler'

const Bookmark = z.object({ bookmark: z.string() })
const Restored = z.object({ previous_bookmark: z.string() })

/** The bookmark of a cell's database: of now, or of a moment in the last 30 days. Throws a `UsageError` for none. */
export async function bookmarkOf({ binding, place }: Cell, at?: string): Promise<string> {
  const moment = at === undefined ? [] : ['--timestamp', at]
  const run = await runWrangler(['d1', 'time-travel', 'info', binding, '--json', ...moment, ...configFlags(place)])
  if (run.code !== 0) throw new UsageError(`No bookmark of ${binding}: ${errorOf(run)}`)
  return Bookmark.parse(JSON.parse(run.stdout)).bookmark
}

/** Restores a cell's database in place, and yields the bookmark that undoes it. Throws a `UsageError` on a refusal. */
export async function travelTo({ binding, place }: Cell, bookmark: string): Promise<string> {
  const args = ['d1', 'time-travel', 'restore', binding, '--json', '--bookmark', bookmark]
  const run = await runWrangler([...args, ...configFlags(place)])
  if (run.code !== 0) throw new UsageError(`${binding} could not be restored: ${errorOf(run)}`)
  return Restored.parse(JSON.parse(run.stdout)).previous_bookmark
}
