import { Presets, SingleBar } from 'cli-progress'
import { tell } from '../command'

/** How far the reading of a file has come, on stderr. */
export interface Progress {
  /** @param bytes how much of the file has been read */
  show(bytes: number, counts: { lines: number; kept: number }): void
  stop(): void
}

/** A bar where somebody watches, otherwise a line for every tenth. */
export function progressOf(size: number): Progress {
  return process.stderr.isTTY ? progressBar(size) : progressLines(size)
}

const format =
  '{bar} {percentage} % of {megabytes} MB | {rate} MB/s | {eta_formatted} left | {lines} lines, {kept} kept'

function progressBar(size: number): Progress {
  const bar = new SingleBar({ format, fps: 4, hideCursor: false }, Presets.shades_classic)
  const beganAt = Date.now()
  const megabytes = Math.ceil(size / 1e6)
  bar.start(size, 0, { megabytes, rate: 0, lines: 0, kept: 0 })
  return {
    show(bytes, { lines, kept }) {
      const rate = Math.round(bytes / 1000 / Math.max(1, Date.now() - beganAt))
      bar.update(bytes, { rate, lines: grouped(lines), kept: grouped(kept) })
    },
    stop: () => bar.stop(),
  }
}

function progressLines(size: number): Progress {
  let tenths = 0
  return {
    show(bytes, { lines, kept }) {
      const now = Math.floor((bytes / size) * 10)
      if (now === tenths) return
      tenths = now
      tell(`${Math.floor((bytes / size) * 100)} %: ${grouped(lines)} lines, ${grouped(kept)} kept`)
    },
    stop: () => undefined,
  }
}

/** A number as people read it: 2,700,000. */
export const grouped = (n: number) => n.toLocaleString('en-GB')
