import { Presets, SingleBar } from 'cli-progress'
import { note } from '../operator/command'
import { grouped } from '../operator/postcodes/progress'

/** Progress towards a number, on stderr. */
export interface Progress {
  /** @param now what is being done, where it changes */
  show(done: number, now?: string): void
  /** Safe to repeat. */
  stop(): void
}

/** A bar where somebody watches, otherwise a line for every tenth. */
export function progressOf(what: string, total: number): Progress {
  return process.stderr.isTTY ? progressBar(what, total) : progressLines(what, total)
}

function progressBar(what: string, total: number): Progress {
  const format = `{bar} {percentage} % | {duration_formatted} | {done} of ${grouped(total)} ${what} | {now}`
  const bar = new SingleBar({ format, fps: 4, hideCursor: false, clearOnComplete: true }, Presets.shades_classic)
  bar.start(total, 0, { done: 0, now: '' })
  return {
    show: (done, now = '') => bar.update(Math.min(done, total), { done: grouped(done), now }),
    stop: () => bar.stop(),
  }
}

function progressLines(what: string, total: number): Progress {
  let tenths = 0
  return {
    show(done, now) {
      const reached = Math.floor((done / total) * 10)
      if (reached <= tenths) return
      tenths = reached
      note(`${reached * 10} %: ${grouped(done)} of ${grouped(total)} ${what}${now ? `, ${now}` : ''}`)
    },
    stop: () => undefined,
  }
}
