import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const dependenciesOf = (file: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).dependencies

test('The floors and the peers run on the Hono and the drizzle of the gateway', () => {
  const [gateway, bench] = [dependenciesOf('package.json'), dependenciesOf('bench/package.json')]
  expect([bench.hono, bench['drizzle-orm']]).toEqual([gateway.hono, gateway['drizzle-orm']])
})

test('What is measured does not change by itself: every version is exact', () => {
  const inexact = Object.entries(dependenciesOf('bench/package.json')).filter(
    ([, range]) => !/^\d+\.\d+\.\d+$/.test(range),
  )
  expect(inexact).toEqual([])
})
