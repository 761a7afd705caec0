import { Presets, SingleBar } from 'cli-progress'
import { note } from '../command'
import { grouped } from '../postcodes/progress'

/** Progress of a search through cases, on stderr: a bar where somebody watches, otherwise a line per portion. */
export function searchProgress(total: number): { add(rows: number): void; stop(): void } {
  let done = 0
  if (!process.stderr.isTTY) {
    const add = (rows: number) => {
      done += rows
      if (rows > 0) note(`${grouped(done)} of ${grouped(total)} cases searched`)
    }
    return { add, stop: () => undefined }
  }
  const bar = new SingleBar(
    { format: '{bar} {percentage} % | {value} of {total} cases searched' },
    Presets.shades_classic,
  )
  bar.start(total, 0)
  return { add: (rows) => bar.increment(rows), stop: () => bar.stop() }
}
