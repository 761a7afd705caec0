import { join } from 'node:path'
import type { BoundStatement } from '../../../src/db/query'
import { linesOf, openPostcodeFile } from '../../operator/postcodes/file'
import { newPortion } from '../../operator/postcodes/portion'
import { activate, beginRelease, insertPortion, nextId, type Release } from '../../operator/postcodes/releases'
import { type Selection, selects, sift, sourceOf } from '../../operator/postcodes/selection'
import { root } from '../../root'
import { demoCouncilCode, demoWards } from './cases'

const selection: Selection = {
  councils: new Set([demoCouncilCode]),
  wards: new Set(Object.values(demoWards).map(({ code }) => code)),
}

/** The made-up sample as the release in use, unless the cell has one. It fits one portion. */
export async function newSampleRelease(releases: Release[]): Promise<BoundStatement[]> {
  if (releases.some(({ active }) => active)) return []
  const file = await openPostcodeFile(join(root, 'examples/onspd-sample.csv'))
  const portion = newPortion()
  let linesDone = 0
  for await (const line of linesOf(file)) {
    linesDone = line.number
    const sifted = sift(line, selects(selection, line), false)
    if ('postcode' in sifted) portion.add(sifted.postcode, line.ward, line.council)
  }
  const id = nextId(releases)
  const release = { id, name: 'Made-up sample', source: sourceOf(file, selection, false), linesDone }
  return [beginRelease(release), insertPortion(id, portion), activate(id)]
}
