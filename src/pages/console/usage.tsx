import { usageOfFamilies } from '../../db/console'
import { call } from './api-call'
import { reading } from './keys/key-requirements'
import { DayChart } from './layout/chart'
import { consolePage } from './layout/frame'
import { addressOf } from './layout/list'
import { Table } from './layout/table'
import { number, onDay } from './layout/words'
import type { Page } from './page'
import { busiestOn, totalByDay, withUsage } from './usage-days'

/** Requests of all keys by day, and of one day by key. */
export async function showUsage(c: Page) {
  const { alongside } = await call(c, { path: '/api/me', alongside: { families: usageOfFamilies }, required: reading })
  const { now } = c.var.gate
  const families = withUsage(alongside.families, now)
  const days = totalByDay(families, now)
  const dates = days.map(({ date }) => date)
  const day = dates.find((date) => date === c.req.query('day')) ?? now.slice(0, 10)
  return consolePage(c, {
    title: 'Usage',
    children: (
      <>
        <h1>Usage</h1>
        <p>
          Admitted requests of all your council’s keys; refused ones are not counted. Days begin at midnight UTC. Pages
          of this console count as requests of the key that you are signed in with.
        </p>
        <form class="filters" method="get" action="/console/usage">
          <div class="field">
            <label for="day">Day</label>
            <select id="day" name="day">
              {dates.toReversed().map((date) => (
                <option key={date} value={date} selected={date === day}>
                  {onDay(date)}
                </option>
              ))}
            </select>
          </div>
          <div class="actions">
            <button type="submit">Show</button>
          </div>
        </form>
        <h2>{onDay(day)}</h2>
        <Table
          caption={`Requests on ${onDay(day)} by key, busiest first`}
          headings={['Key', 'Begins with', 'Role', 'Requests']}
          numeric={[3]}
          rows={busiestOn(families, day).map(({ id, name, prefix, role, requests }) => [
            <a href={`/console/keys/${id}`}>{name ?? prefix}</a>,
            <code>{prefix}</code>,
            role,
            number(requests),
          ])}
          empty="No key was used on that day."
        />
        <h2>The last 30 days</h2>
        <DayChart title="Requests of all keys by day" days={days} />
        <Table
          caption="Requests of all keys by day, latest first"
          headings={['Day', 'Requests']}
          numeric={[1]}
          rows={days
            .toReversed()
            .map(({ date, requests }) => [
              <a href={addressOf('/console/usage', { day: date })}>{onDay(date)}</a>,
              number(requests),
            ])}
          empty=""
        />
      </>
    ),
  })
}
