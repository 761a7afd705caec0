import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { build, exactlyOne, placeholder, statement } from '../../src/db/query'
import { d1Of } from '../support/tenants'

const nothing = sql`(select 1)`

const echo = exactlyOne(statement(build.select({ said: sql<string>`${placeholder('word')}`.as('said') }).from(nothing)))

test('queries that follow one another are one statement, each with its own values and rows', async () => {
  const meter = newMeter()
  const rows = await runBatch(d1Of(), meter, {
    one: echo.bind({ word: 'north' }),
    other: echo.bind({ word: 'south' }),
    again: echo.bind({ word: 'north' }),
  })

  expect(rows).toEqual({ one: { said: 'north' }, other: { said: 'south' }, again: { said: 'north' } })
  expect(meter).toMatchObject({ trips: 1, statements: 1 })
})

test('a value that is used more often than D1 takes parameters is bound once', async () => {
  const many = sql.join(
    Array.from({ length: 60 }, () => sql`length(${placeholder('word')})`),
    sql` + `,
  )
  const length = exactlyOne(statement(build.select({ n: sql<number>`${many}`.as('n') }).from(nothing)))

  const rows = await runBatch(d1Of(), newMeter(), {
    one: length.bind({ word: 'north' }),
    other: length.bind({ word: 'north' }),
  })

  expect(rows).toEqual({ one: { n: 300 }, other: { n: 300 } })
})

test('rows come in the order of their query, with numbers, nulls and any text as they are', async () => {
  const texts = ['ä 漢 🕳', 'Say "no"\\ \n\u0001\u2028', '']
  const listed = statement(
    build
      .select({
        at: sql<number>`key`.as('at'),
        text: sql<string>`value`.as('text'),
        none: sql<null>`null`.as('none'),
        half: sql<number>`0.5`.as('half'),
      })
      .from(sql`json_each(${placeholder('texts')})`)
      .orderBy(sql`key desc`),
  )

  const { rows } = await runBatch(d1Of(), newMeter(), { rows: listed.bind({ texts: JSON.stringify(texts) }) })

  expect(rows).toEqual([2, 1, 0].map((at) => ({ at, text: texts[at], none: null, half: 0.5 })))
})

test('a question mark in a text of the SQL is no parameter', async () => {
  const asked = sql<string>`'What? ' || ${placeholder('word')}`.as('asked')
  const question = exactlyOne(statement(build.select({ asked }).from(nothing)))

  const rows = await runBatch(d1Of(), newMeter(), {
    one: question.bind({ word: 'north' }),
    other: echo.bind({ word: 'south' }),
  })

  expect(rows).toEqual({ one: { asked: 'What? north' }, other: { said: 'south' } })
})

test('a statement by itself binds a value once, too', async () => {
  const words = Array.from({ length: 101 }, () => sql`(${placeholder('word')})`)
  const many = sql`(values ${sql.join(words, sql`, `)})`
  const alone = statement(build.select({ n: sql<number>`count(*)`.as('n') }).from(many), { outgrowsText: true })

  expect(await runBatch(d1Of(), newMeter(), { alone: alone.bind({ word: 'north' }) })).toEqual({ alone: [{ n: 101 }] })
})
