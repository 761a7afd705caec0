import { describe, expect, it } from 'vitest'
import { maxBodyBytes, readBody } from '../../src/gate/body'

const KiB = 1024

/** A request whose body comes in chunks of 16 KiB, and how much of it has been read. */
function arriving(bytes: number) {
  const read = { bytes: 0 }
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const size = Math.min(16 * KiB, bytes - read.bytes)
      if (size === 0) return controller.close()
      read.bytes += size
      controller.enqueue(new Uint8Array(size).fill(120))
    },
  })
  return { request: new Request('https://gateway.example', { method: 'POST', body }), read }
}

describe('A body', () => {
  it('of 256 KiB is read whole, as it came', async () => {
    const { request } = arriving(maxBodyBytes)
    const bytes = await readBody(request)
    expect(bytes.byteLength).toBe(256 * KiB)
    expect(bytes.every((byte) => byte === 120)).toBe(true)
  })

  it('of one byte more is 413, read to its end so that the connection stays good', async () => {
    const { request, read } = arriving(maxBodyBytes + 1)
    await expect(readBody(request)).rejects.toMatchObject({ status: 413 })
    expect(read.bytes).toBe(maxBodyBytes + 1)
  })

  it('that never ends is 413 after a mebibyte more', async () => {
    const { request, read } = arriving(Number.POSITIVE_INFINITY)
    await expect(readBody(request)).rejects.toMatchObject({ status: 413 })
    expect(read.bytes).toBeGreaterThan(1280 * KiB)
    expect(read.bytes).toBeLessThan(1400 * KiB)
  })

  it('that says how large it is is not read at all', async () => {
    const headers = { 'Content-Length': String(maxBodyBytes + 1) }
    const { request, read } = arriving(maxBodyBytes + 1)
    await expect(readBody(new Request(request, { headers }))).rejects.toMatchObject({ status: 413 })
    expect(read.bytes).toBeLessThanOrEqual(16 * KiB)
  })
})
