import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AppEnv } from '../app-env'
import { flagParam } from './fields'

export const format = z
  .enum(['csv', 'json'])
  .default('json')
  .openapi({ description: 'The format of the export.', example: 'csv' })

export const bom = flagParam('Prefixes CSV with a byte order mark, so that Excel reads it as UTF-8.').optional()

export const total = z.int().openapi({ description: 'Rows in this export.', example: 1 })

/** A 200 that is JSON, or CSV for `format=csv`. */
export const download = <S extends z.ZodType>(description: string, schema: S, csvExample: string) => ({
  description,
  content: {
    'application/json': { schema },
    'text/csv': { schema: z.string().openapi({ example: csvExample }) },
  },
})
const rowsPerChunk = 200

/** A JSON object of a list, its length and whatever else is given, piece by piece: `{"cases":[…],"total":2}`. */
export function* jsonChunks(name: string, rows: readonly object[], more: object = {}) {
  yield `{${JSON.stringify(name)}:[`
  for (let from = 0; from < rows.length; from += rowsPerChunk) {
    const some = rows.slice(from, from + rowsPerChunk).map((row) => JSON.stringify(row))
    yield `${from === 0 ? '' : ','}${some.join(',')}`
  }
  yield `],${JSON.stringify({ total: rows.length, ...more }).slice(1)}`
}

/** A CSV to be saved, with a byte order mark in front where that was asked for. */
export function csv(c: Context<AppEnv>, name: string, chunks: Iterable<string>, hasBom = false) {
  const today = c.var.gate.now.slice(0, 10)
  c.header('Content-Disposition', `attachment; filename="${name}-export-${today}.csv"`)
  return stream(c, 'text/csv; charset=utf-8', hasBom ? marked(chunks) : chunks[Symbol.iterator]())
}

function* marked(chunks: Iterable<string>) {
  yield '\ufeff'
  yield* chunks
}

/** Answers with a text that is made as it is read, so that no more than a piece of it is held at a time. */
export function stream(c: Context<AppEnv>, type: string, chunks: Iterator<string>) {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = chunks.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
  })
  return c.body(body, 200, { 'Content-Type': type })
}
