import { vi } from 'vitest'

/** Makes the client's own waits last no time, and keeps how long each would have been. All other timers stay. */
export function skipWaits(file: string): { waits: number[]; restore: () => void } {
  const waits: number[] = []
  const wait = globalThis.setTimeout
  const skipping = (work: () => void, ms?: number, ...rest: unknown[]) => {
    if (!new Error().stack?.includes(file)) return wait(() => Reflect.apply(work, undefined, rest), ms)
    waits.push(ms ?? 0)
    return wait(work, 0)
  }
  vi.stubGlobal('setTimeout', skipping)
  // The longest that chance allows.
  vi.spyOn(Math, 'random').mockReturnValue(1)
  return {
    waits,
    restore: () => {
      vi.unstubAllGlobals()
      vi.restoreAllMocks()
    },
  }
}
