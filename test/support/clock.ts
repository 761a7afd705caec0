import { vi } from 'vitest'
import { d1Of } from './tenants'

/**
 * Lets time pass for a window, in both of the places that count it: its row's admissions move into the past, and this
 * isolate's clock on. `vi.useRealTimers()` sets that back.
 */
export async function letPass(ms: number, windowId: string): Promise<void> {
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(now + ms)
  const find = d1Of().prepare('select hits from windows where id = ?').bind(windowId)
  const times = (await find.first<string>('hits'))?.match(/.{13}/g) ?? []
  const hits = times.map((time) => String(Number(time) - ms).padStart(13, '0')).join('')
  await d1Of().prepare('update windows set hits = ? where id = ?').bind(hits, windowId).run()
}
