import type { DayOfUsage } from '../../../domain/usage'
import { number, onDay } from './words'

const size = { width: 720, height: 240, left: 48, bottom: 28, top: 8 }

/** The least of 1, 2, 4, 6, 8 and 10 times a power of ten that is no less: the top of an axis. */
export function roundedUp(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)))
  return [1, 2, 4, 6, 8, 10].map((step) => step * power).find((top) => top >= most) ?? most
}

interface ChartProps {
  title: string
  days: readonly DayOfUsage[]
}

/** Counts by day as bars, for those who see them: the same numbers stand in a table below. */
export function DayChart({ title, days }: ChartProps) {
  const top = roundedUp(Math.max(...days.map(({ requests }) => requests), 1))
  const plot = { width: size.width - size.left, height: size.height - size.bottom - size.top }
  const step = plot.width / days.length
  const yOf = (value: number) => size.top + plot.height * (1 - value / top)
  const busiest = days.reduce((one, other) => (other.requests > one.requests ? other : one))
  const ticks = top < 4 ? [0, top] : [0, top / 2, top]
  return (
    <svg class="chart" viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-labelledby="chart-title chart-text">
      <title id="chart-title">{title}</title>
      <desc id="chart-text">
        {`Bars for ${days.length} days. The busiest was ${onDay(busiest.date)} with ${number(busiest.requests)} requests.`}
      </desc>
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={size.left} x2={size.width} y1={yOf(tick)} y2={yOf(tick)} />
          <text x={size.left - 6} y={yOf(tick) + 4} text-anchor="end">
            {number(tick)}
          </text>
        </g>
      ))}
      {days.map(({ date, requests }, index) => (
        <rect
          key={date}
          x={size.left + index * step + step * 0.15}
          y={yOf(requests)}
          width={step * 0.7}
          height={size.top + plot.height - yOf(requests)}
        />
      ))}
      {days
        .filter((_, index) => (days.length - 1 - index) % 7 === 0)
        .map(({ date }) => (
          <text
            key={date}
            x={size.left + (days.findIndex((day) => day.date === date) + 0.5) * step}
            y={size.height - 8}
            text-anchor="middle"
          >
            {date.slice(8)}/{date.slice(5, 7)}
          </text>
        ))}
    </svg>
  )
}
