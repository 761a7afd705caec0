import { Presets, SingleBar } from 'cli-progress'
import { note } from '../command'

/** Progress of reading a file, on stderr. */
export interface Progress {
  /** @param bytes how much of the file has been read */
  show(bytes: number, counts: Counted): void
  /** All has been read. */
  end(counts: Counted): void
  stop(): void
}

interface Counted {
  lines: number
  kept: number
}

/**
 * A bar where somebody watches, otherwise a line for every tenth.
 * @param size undefined for a pipe, of which nobody knows a tenth: now and then a line
 */
export function progressOf(size: number | undefined): Progress {
  if (size === undefined) return progressOfPipe()
  return process.stderr.isTTY ? progressBar(size) : progressLines(size)
}

const format =
  '{bar} {percentage} % of {megabytes} MB | {rate} MB/s | {eta_formatted} left | {lines} lines, {kept} kept'

function progressBar(size: number): Progress {
  const bar = new SingleBar({ format, fps: 4, hideCursor: false }, Presets.shades_classic)
  const beganAt = Date.now()
  const megabytes = Math.ceil(size / 1e6)
  bar.start(size, 0, { megabytes, rate: 0, lines: 0, kept: 0 })
  const show = (bytes: number, { lines, kept }: Counted) => {
    const rate = Math.round(bytes / 1000 / Math.max(1, Date.now() - beganAt))
    bar.update(bytes, { rate, lines: grouped(lines), kept: grouped(kept) })
  }
  return {
    show: (bytes, counts) => show(Math.min(bytes, size - 1), counts),
    end: (counts) => show(size, counts),
    stop: () => bar.stop(),
  }
}

function progressLines(size: number): Progress {
  let tenths = 0
  const say = (percent: number, counts: Counted) => note(`${percent} %: ${inWords(counts)}`)
  return {
    show(bytes, counts) {
      // The file is read a few blocks ahead.
      const read = Math.min(bytes, size - 1) / size
      const now = Math.floor(read * 10)
      if (now === tenths) return
      tenths = now
      say(Math.floor(read * 100), counts)
    },
    end: (counts) => say(100, counts),
    stop: () => undefined,
  }
}

const linesBetween = 250_000

function progressOfPipe(): Progress {
  return {
    show(_, counts) {
      if (counts.lines % linesBetween === 0) note(inWords(counts))
    },
    end: (counts) => note(inWords(counts)),
    stop: () => undefined,
  }
}

const inWords = ({ lines, kept }: Counted) => `${grouped(lines)} lines, ${grouped(kept)} kept`

/** A number as people read it: 2,700,000. */
export const grouped = (n: number) => n.toLocaleString('en-GB')
