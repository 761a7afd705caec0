/** One bar: its label, its value in words and its length in units of the axis. */
export interface Bar {
  label: string
  text: string
  value: number
  /** The gateway's own bars stand out. */
  isOurs: boolean
}

/** A bar chart: what it shows in a line, what it says in a sentence, and a mark on its axis. */
export interface Chart {
  title: string
  description: string
  bars: readonly Bar[]
  mark: { value: number; text: string }
  /** What the two colours stand for. */
  legend: { own: string; others: string }
}

const width = 760
const labelWidth = 250
const valueWidth = 70
const barHeight = 18
const rowHeight = 26
const top = 58

const plotWidth = width - labelWidth - valueWidth

const legend = (x: number, kind: 'ours' | 'other', text: string) => [
  `<rect class="${kind}" x="${x}" y="13" width="12" height="12" rx="2"/>`,
  `<text x="${x + 18}" y="24">${escaped(text)}</text>`,
]

/**
 * A chart as SVG: with title and description for those who do not see it, and colours for light and dark.
 *
 * Its own background and no script, so that it reads the same wherever it is embedded.
 */
export function drawChart({ title, description, bars, mark, legend: { own, others } }: Chart): string {
  const longest = Math.max(mark.value, ...bars.map(({ value }) => value))
  const x = (value: number) => Math.round(labelWidth + (value / longest) * plotWidth)
  const height = top + bars.length * rowHeight + 14
  const drawn = bars.map(({ label, text, value, isOurs }, i) => {
    const y = top + i * rowHeight
    return [
      `<text class="label" x="${labelWidth - 10}" y="${y + 13}" text-anchor="end">${escaped(label)}</text>`,
      `<rect class="${isOurs ? 'ours' : 'other'}" x="${labelWidth}" y="${y}" width="${x(value) - labelWidth}" height="${barHeight}" rx="2"/>`,
      `<text x="${x(value) + 6}" y="${y + 13}">${escaped(text)}</text>`,
    ]
  })
  const at = x(mark.value)
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    `<style>${style}</style>`,
    `<rect class="page" width="${width}" height="${height}" rx="6"/>`,
    `<text class="title" x="16" y="24">${escaped(title)}</text>`,
    ...legend(width - 240, 'ours', own),
    ...legend(width - 100, 'other', others),
    `<line x1="${at}" y1="${top - 8}" x2="${at}" y2="${height - 10}"/>`,
    `<text class="mark" x="${at}" y="${top - 14}" text-anchor="middle">${escaped(mark.text)}</text>`,
    ...drawn.flat(),
    '</svg>',
  ].join('\n')}\n`
}

// Contrast with the background: text 7:1 and bars 3:1 or more, in both schemes.
const style = `
text { font: 13px system-ui, sans-serif; fill: #24292f; paint-order: stroke; stroke: #ffffff; stroke-width: 4px }
.title { font-weight: 600; font-size: 15px }
.mark { font-size: 12px }
.page { fill: #ffffff }
.ours { fill: #0b6e4f }
.other { fill: #7d8590 }
line { stroke: #24292f; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; stroke: #0d1117 }
.page { fill: #0d1117 }
.ours { fill: #3fb98a }
line { stroke: #e6edf3 }
}
`

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
