import { describe, expect, it } from 'vitest'
import { at, plainPages } from './console-states'
import { expectForEverybody } from './everybody'
import { isInView } from './visitor'

describe('Everybody can use', () => {
  it.each(Object.entries(plainPages))('%s', async (_, path) => {
    const page = await at(path)
    await expectForEverybody(page)
    await page.context().close()
  })
})

/** What is no text but has to be seen, and what axe-core cannot judge: what, its colour, and how far it stands out at least. */
const marks = [
  ['.chart rect', 'fill', 3],
  ['.chart line', 'stroke', 3],
  ['.chart text', 'fill', 4.5],
  ['select', 'border-top-color', 3],
  ['.sections [aria-current]', 'border-bottom-color', 3],
] as const

it.each(['light', 'dark'] as const)('Charts, fields and marks stand out from a %s page', async (colorScheme) => {
  const page = await at('/usage')
  await page.emulateMedia({ colorScheme })
  for (const [selector, property, least] of marks) {
    const [colour, behind] = await page
      .locator(selector)
      .first()
      .evaluate((one, property) => {
        const colour = getComputedStyle(one).getPropertyValue(property)
        return [colour, getComputedStyle(document.documentElement).backgroundColor] as const
      }, property)
    expect(contrastOf(colour, behind), selector).toBeGreaterThanOrEqual(least)
  }
  await page.context().close()
})

/** How far two colours are apart (WCAG 2.2, contrast ratio). */
function contrastOf(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => b - a)
  return (lighter + 0.05) / (darker + 0.05)
}

/** A colour's relative luminance (WCAG 2.2): of `rgb(11, 107, 58)`. */
function luminanceOf(colour: string): number {
  const [r = 0, g = 0, b = 0] = (colour.match(/\d+/g) ?? [])
    .map((part) => Number(part) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

it('Everything that has the focus is in view, with an outline, also on the smallest screen', async () => {
  const page = await at('/cases')
  await page.setViewportSize({ width: 320, height: 256 })
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(() => document.activeElement === document.body)) break
    expect(await isInView(page)).toBe(true)
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineWidth)
    expect(outline).toBe('3px')
  }
  await page.context().close()
})

it('What is printed is what a page says, without its navigation, filters and buttons', async () => {
  const page = await at('/cases')
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('table').isVisible()).toBe(true)
  for (const unprinted of ['nav', '.filters', 'footer', 'button']) {
    expect(await page.locator(unprinted).filter({ visible: true }).count()).toBe(0)
  }
  await page.context().close()
})
