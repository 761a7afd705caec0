/** Ids per trip: Windows allows a command line 32,767 characters. */
const idsAtOnce = 50

/** A list in portions that a command line has room for. */
export function inPortions<T>(list: readonly T[], most = idsAtOnce): T[][] {
  return Array.from({ length: Math.ceil(list.length / most) }, (_, i) => list.slice(i * most, (i + 1) * most))
}
