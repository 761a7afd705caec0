/** A ratio with two digits after the point: 0.58; from ten on, none. */
export const ratio = (value: number): string => (value >= 9.95 ? value.toFixed(0) : value.toFixed(2))

/** A number as people read it, without digits after the point: 2,700. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en-GB')

/** Dollars, to the cent below a hundred: $1.31, $33,600. */
export const dollars = (value: number): string => `$${value < 100 ? value.toFixed(2) : whole(value)}`

/** Milliseconds with one digit after the point below ten. */
export const ms = (value: number): string => (value < 10 && !Number.isInteger(value) ? value.toFixed(1) : whole(value))

/** A table in Markdown: numbers to the right, except in the first column. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'))
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
