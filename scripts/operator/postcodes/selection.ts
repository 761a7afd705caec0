import { createHash } from 'node:crypto'
import { parseGssCode } from '../../../src/domain/gss'
import { parsePostcode } from '../../../src/domain/postcode'
import type { PostcodeFile, PostcodeLine } from './file'

/** Selected councils and single wards, by GSS code. */
export interface Selection {
  councils: ReadonlySet<string>
  wards: ReadonlySet<string>
}

/** Lines read, kept and skipped by reason. */
export interface Counts {
  lines: number
  kept: number
  skipped: { terminated: number; otherCouncils: number; noWard: number; malformed: number }
}

/** Nothing counted yet. */
export const noCounts = (): Counts => ({
  lines: 0,
  kept: 0,
  skipped: { terminated: 0, otherCouncils: 0, noWard: 0, malformed: 0 },
})

/** True if a line belongs to the selection. */
export const selects = ({ councils, wards }: Selection, { council, ward }: PostcodeLine): boolean =>
  councils.has(council) || wards.has(ward)

/** A postcode that is kept, without a space; or why a line is left out. */
export type Sifted = { postcode: string } | { why: keyof Counts['skipped'] }

/** ONS gives pseudo codes, a letter and 99999999, to what has no ward. */
const isWard = (code: string) => code !== '' && !/^[A-Z]99999999$/i.test(code)

/** Sifts a line: of other councils, terminated, without a ward, malformed, or else kept. */
export function sift(line: PostcodeLine, isSelected: boolean, keepTerminated: boolean): Sifted {
  if (!isSelected) return { why: 'otherCouncils' }
  if (line.isTerminated && !keepTerminated) return { why: 'terminated' }
  if (!isWard(line.ward)) return { why: 'noWard' }
  const postcode = parsePostcode(line.postcode)
  if (!postcode || !parseGssCode(line.ward) || !parseGssCode(line.council)) return { why: 'malformed' }
  return { postcode }
}

/** Adds a line to the counts. */
export function count(counts: Counts, sifted: Sifted): void {
  counts.lines++
  if ('why' in sifted) counts.skipped[sifted.why]++
  else counts.kept++
}

/** Names a file and what is kept of it: a changed file, or other councils and wards, have another name. */
export function sourceOf(
  { name, edition }: Pick<PostcodeFile, 'name' | 'edition'>,
  { councils, wards }: Selection,
  keepTerminated: boolean,
) {
  const codes = createHash('sha256').update(JSON.stringify([[...councils].sort(), [...wards].sort()]))
  const kept = keepTerminated ? 'all' : 'live'
  return [name, edition, kept, codes.digest('hex').slice(0, 16)].join(', ')
}
