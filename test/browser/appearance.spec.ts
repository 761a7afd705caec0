import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { answers, fillIn, form, gateway, isInView, send, statements, visit } from './visitor'

type Options = Parameters<typeof visit>[1]

/** Every page for residents, opened by somebody with a browser of this kind. */
const states: Record<string, (options?: Options) => Promise<Page>> = {
  'the form': (options) => visit(form, options),
  'the form with everything wrong': async (options) => {
    const page = await visit(form, options)
    await fillIn(page, { phone: '1', postcode: 'x', address: 'x'.repeat(501), message: 'x'.repeat(5000) })
    await send(page)
    return page
  },
  'the confirmation': async (options) => {
    const page = await visit(form, options)
    await fillIn(page, answers)
    await send(page)
    return page
  },
  'the page for too many messages': async (options) => {
    const page = await visit(form, options)
    for (let i = 0; i < 5; i++) await send(page)
    await fillIn(page, { ...answers, message: 'x'.repeat(300) })
    await send(page)
    return page
  },
  'the page for what is not there': (options) => visit(`${gateway.address}/contact/nobody`, options),
  ...Object.fromEntries(
    statements.map((address) => [new URL(address).pathname, (options?: Options) => visit(address, options)]),
  ),
}

const widthOf = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth)

describe.each(Object.entries(states))('Of %s', (_, open) => {
  it('nothing is wider than a screen of 320 pixels, which is 1,280 at 400 % zoom', async () => {
    expect(await widthOf(await open({ viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 }))).toBe(320)
  })

  it('nothing is cut off when text is twice as large', async () => {
    const page = await open({ viewport: { width: 640, height: 800 }, bypassCSP: true })
    await page.addStyleTag({ content: 'html { font-size: 200% !important }' })
    expect(await widthOf(page)).toBe(640)
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll('main *, header *, footer *')]
        .filter((one) => !one.matches('.unseen, .skip, textarea, input, option'))
        .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
        .map((one) => one.outerHTML.slice(0, 80)),
    )
    expect(cut).toEqual([])
  })

  it('every control and the focus have a border in forced colours', async () => {
    const page = await open({ forcedColors: 'active' })
    const borderless = await page.evaluate(() =>
      [...document.querySelectorAll('input:not([type=hidden], [hidden] *), select, textarea, button, .summary')]
        .filter((one) => {
          const { borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(one)
          return borderTopWidth === '0px' || borderTopColor === backgroundColor
        })
        .map(({ id }) => id),
    )
    expect(borderless).toEqual([])
    await page.keyboard.press('Tab')
    const { width, style, same } = await page.evaluate(() => {
      const { outlineWidth, outlineStyle, outlineColor } = getComputedStyle(document.activeElement ?? document.body)
      const { backgroundColor } = getComputedStyle(document.documentElement)
      return { width: outlineWidth, style: outlineStyle, same: outlineColor === backgroundColor }
    })
    expect({ width, style, same }).toEqual({ width: '3px', style: 'solid', same: false })
  })

  it('everything that has the focus is in view', async () => {
    const page = await open({ viewport: { width: 320, height: 256 } })
    for (let i = 0; i < 25; i++) {
      await page.keyboard.press('Tab')
      if (await page.evaluate(() => document.activeElement === document.body)) break
      expect(await isInView(page)).toBe(true)
    }
  })

  it('what is printed is the text, in one column, without buttons and links to elsewhere', async () => {
    const page = await open()
    await page.emulateMedia({ media: 'print' })
    await page.setViewportSize({ width: 700, height: 1000 })
    expect(await widthOf(page)).toBe(700)
    expect(await page.locator('h1').isVisible()).toBe(true)
    for (const unprinted of ['footer', '.skip']) expect(await page.locator(unprinted).first().isVisible()).toBe(false)
    expect(await page.locator('button').filter({ visible: true }).count()).toBe(0)
    const faint = await page.evaluate(() =>
      [...document.querySelectorAll('main *')]
        .filter((one) => getComputedStyle(one).color === 'rgb(255, 255, 255)' && one.tagName !== 'BUTTON')
        .map(({ tagName }) => tagName),
    )
    expect(faint).toEqual([])
  })

  it('reads in order without its style sheet, and shows no trap', async () => {
    const page = await open()
    const styled = await page.innerText('main')
    await page.evaluate(() => {
      for (const sheet of document.querySelectorAll('style')) sheet.remove()
    })
    const lines = (text: string) =>
      text
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean)
    const plain = lines(await page.innerText('main'))
    const joined = plain.join(' ')
    for (const line of lines(styled)) expect(joined).toContain(line)
    expect(joined).not.toContain('Leave this field empty')
    for (const label of await page.locator('label:visible').all()) {
      const own = (await label.innerText()).trim()
      expect(plain, own).toContain(own)
    }
  })
})
