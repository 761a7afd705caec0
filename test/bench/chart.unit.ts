import { describe, expect, test } from 'vitest'
import { drawChart } from '../../bench/report/chart'

const chart = (bars: { label: string; value: number; isOurs?: boolean }[]) =>
  drawChart({
    title: 'Requests & answers',
    description: 'a: 2; b: 0.5.',
    bars: bars.map(({ label, value, isOurs = false }) => ({ label, value, isOurs, text: String(value) })),
    mark: { value: 1, text: 'one' },
    legend: { own: 'mine & ours', others: 'theirs' },
  })

const widths = (svg: string) =>
  [...svg.matchAll(/<rect class="(ours|other)"[^>]* width="(\d+)"/g)].map(([, kind, width]) => [kind, Number(width)])

// The two squares of the legend.
const keys = [
  ['ours', 12],
  ['other', 12],
]

describe('The chart', () => {
  test('draws bars in proportion to their values, and marks the own ones', () => {
    const svg = chart([
      { label: 'a', value: 2, isOurs: true },
      { label: 'b', value: 0.5 },
    ])
    expect(widths(svg)).toEqual([...keys, ['ours', 440], ['other', 110]])
  })

  test('places the mark where a bar of its value would end', () => {
    expect(chart([{ label: 'a', value: 2 }])).toContain('<line x1="470" y1="50" x2="470"')
  })

  test('has room for the mark where every bar is shorter', () => {
    expect(widths(chart([{ label: 'a', value: 0.5 }]))).toEqual([...keys, ['other', 220]])
  })

  test('says what its colours stand for', () => {
    expect(chart([])).toMatch(
      /class="ours"[^>]*>\n<text[^>]*>mine &amp; ours<\/text>\n<rect class="other"[^>]*>\n<text[^>]*>theirs</,
    )
  })

  test('names itself for those who do not see it', () => {
    const svg = chart([])
    expect(svg).toContain('role="img" aria-labelledby="title description"')
    expect(svg).toContain('<title id="title">Requests &amp; answers</title>')
    expect(svg).toContain('<desc id="description">a: 2; b: 0.5.</desc>')
  })

  test('shows a label as text whatever is in it', () => {
    expect(chart([{ label: '<script>', value: 1 }])).toContain('>&lt;script&gt;</text>')
  })

  test('has colours for dark pages too', () => {
    expect(chart([])).toContain('@media (prefers-color-scheme: dark)')
  })
})
