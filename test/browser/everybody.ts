import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { expectAccessible, expectContrast } from './visitor'

/** Asserts that people can use a page with different screens and settings: wide, dark, in forced colours, at 400 % zoom. */
export async function expectForEverybody(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' })
  await page.setViewportSize({ width: 1100, height: 900 })
  await expectAccessible(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expectContrast(page)
  await page.emulateMedia({ forcedColors: 'active' })
  expect(await borderless(page)).toEqual([])
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' })
  // 1,280 pixels at 400 % zoom.
  await page.setViewportSize({ width: 320, height: 256 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  await expectAccessible(page)
}

/** Controls that nothing sets off from the page in forced colours. A browser draws boxes to tick by itself. */
const borderless = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, .button, .summary, .done')]
      .filter((one) => !one.matches('.link, [type=checkbox]'))
      .filter((one) => {
        const { borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(one)
        return borderTopWidth === '0px' || borderTopColor === backgroundColor
      })
      .map((one) => one.outerHTML),
  )
