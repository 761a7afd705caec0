import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { ask, follow, heading, home, idOfPerson, makeCase, makeKey, open, press, receive, said, signIn } from './office'
import { inboxFrom, isInView, picture, visit } from './visitor'

const desktop = { viewport: { width: 1100, height: 900 } }

/** The key of a manager, Priya Shah. */
let key = ''
beforeAll(async () => {
  key = (await makeKey({ name: 'Casework desk', userId: await idOfPerson('Priya Shah') })).key
})

/** Presses Tab until something of this name has the focus: how many times it took. */
async function tabTo(page: Page, name: string): Promise<number> {
  for (let presses = 1; presses < 60; presses += 1) {
    await page.keyboard.press('Tab')
    expect(await isInView(page)).toBe(true)
    const focused = await page.evaluate(() => {
      const { id, textContent } = document.activeElement ?? document.body
      return id || (textContent ?? '').trim()
    })
    if (focused === name) return presses
  }
  throw new Error(`Tab does not come to “${name}”`)
}

const enter = (page: Page) => Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])

describe('A manager', () => {
  it('makes a case of a message in three clicks, with its fields filled in', async () => {
    const page = await signIn(key, desktop)
    await open(page, 'Inbox')
    await picture(page, 'console-inbox', { height: 690 })
    const message = await receive('Mabel Resident', 'The lamp by the steps is out.\nIt has been dark for a week.')
    await open(page, 'Inbox')
    await follow(page, message.reference)
    expect(await page.inputValue('#summary')).toBe('The lamp by the steps is out.')
    expect(await page.inputValue('#description')).toBe('The lamp by the steps is out.\nIt has been dark for a week.')
    expect(await page.locator('#wardId option:checked').innerText()).toBe('Harbour')
    await press(page, 'Make it a case')
    expect(await said(page)).toBe('The message is a case now.')
    expect(await heading(page)).toMatch(/^CW-\d{4}-\d{4}\s+The lamp by the steps is out\.$/)
    expect(await inboxFrom('Mabel Resident')).toMatchObject([{ status: 'converted' }])
  })

  it('does so without a mouse, from signing in on', async () => {
    const message = await receive('Kit Resident', 'A gate hangs off its hinge.')
    const page = await visit(home, { javaScriptEnabled: false })
    await tabTo(page, 'key')
    await page.keyboard.type(key)
    await enter(page)
    await tabTo(page, 'Inbox')
    await enter(page)
    await tabTo(page, message.reference)
    await enter(page)
    await tabTo(page, 'Make it a case')
    await enter(page)
    expect(await said(page)).toBe('The message is a case now.')
  })

  it('skips the navigation', async () => {
    const page = await signIn(key)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Skip to main content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Open the inbox')
  })

  it('marks several messages as spam at once, and finds them among the spam', async () => {
    const spam = [
      await receive('Spam One', 'Your roof needs us.'),
      await receive('Spam Two', 'Your gutters need us.'),
      await receive('Spam Three', 'Your drive needs us.'),
    ]
    const page = await signIn(key)
    await open(page, 'Inbox')
    await press(page, 'Mark as spam')
    expect(await page.innerText('main')).toContain('Select at least one message')
    for (const { reference } of spam.slice(0, 2)) await page.getByLabel(`Select ${reference}`).check()
    await press(page, 'Mark as spam')
    expect(await said(page)).toBe('The selected messages are marked as spam.')
    expect(await inboxFrom('Spam One')).toMatchObject([{ status: 'spam' }])
    expect(await inboxFrom('Spam Two')).toMatchObject([{ status: 'spam' }])
    expect(await inboxFrom('Spam Three')).toMatchObject([{ status: 'new' }])
    await page.selectOption('#status', 'Spam')
    await press(page, 'Show')
    expect(await page.getByRole('link', { name: spam[0]?.reference ?? '' }).count()).toBe(1)
  })

  it('approves the events that were selected', async () => {
    const titles = ['Coffee with the clerk', 'Beach walk', 'Knitting circle']
    for (const title of titles) {
      const times = { startsAt: '2030-05-01T10:00:00Z', endsAt: '2030-05-01T12:00:00Z' }
      await ask('POST', '/events', { title, description: 'All are welcome.', type: 'community', ...times })
    }
    const page = await signIn(key)
    await open(page, 'Events')
    for (const title of titles.slice(0, 2)) await page.getByLabel(title).check()
    await press(page, 'Approve the selected ones')
    expect(await said(page)).toBe('The selected items are approved.')
    const approved = await ask<{ title: string }[]>('GET', '/events?approved=true')
    expect(approved.map(({ title }) => title).filter((title) => titles.includes(title))).toEqual(
      expect.arrayContaining(titles.slice(0, 2)),
    )
    expect(approved.map(({ title }) => title)).not.toContain('Knitting circle')
  })

  it('works through a case: finds it, changes it, and notes what was done', async () => {
    const page = await signIn(key, desktop)
    await open(page, 'Cases')
    await page.fill('#search', 'drain floods')
    await press(page, 'Show')
    expect(await page.locator('.chosen').innerText()).toContain('Search: drain floods')
    await Promise.all([page.waitForNavigation(), page.locator('tbody a').first().click()])
    expect(await heading(page)).toMatch(/^CW-\d{4}-\d{4}\s+Blocked drain floods the lane after rain$/)
    await page.selectOption('#status', 'In progress')
    await page.selectOption('#assigneeId', { label: 'Bethan Rowe' })
    await press(page, 'Save changes')
    expect(await said(page)).toBe('Case changed.')
    await page.fill('#body', 'Highways will jet the drain on Monday morning. Mrs Bolitho knows.')
    await press(page, 'Add note')
    expect(await said(page)).toBe('Note added.')
    await page.reload()
    await picture(page, 'console-case', { height: 1000 })
    expect(await page.locator('.timeline h3').allInnerTexts()).toEqual(
      expect.arrayContaining(['Created', 'Status changed', 'Assignee changed', 'Note']),
    )
  })
})

describe('Two who change the same case', () => {
  async function meet(summary: string) {
    const { id } = await makeCase(summary)
    const [mine, theirs] = [await signIn(key), await signIn(key)]
    for (const page of [mine, theirs]) await page.goto(`${home}/cases/${id}`)
    await theirs.selectOption('#status', 'Resolved')
    await press(theirs, 'Save changes')
    await mine.selectOption('#status', 'In progress')
    await mine.fill('#internalRef', 'ENG-7')
    await press(mine, 'Save changes')
    return { id, mine }
  }

  it('are shown side by side what there is and what was typed, and the second can save their own', async () => {
    const { id, mine } = await meet('The weir gate sticks')
    expect(await heading(mine)).toBe('Somebody else was first')
    const rows = await mine.locator('tbody tr').allInnerTexts()
    expect(rows.map((row) => row.split('\t'))).toEqual([
      ['Status', 'Resolved', 'In progress'],
      ['Your own reference', 'None', 'ENG-7'],
    ])
    expect(await ask('GET', `/cases/${id}`)).toMatchObject({ status: 'resolved', internalRef: null })
    await press(mine, 'Save what I typed')
    expect(await said(mine)).toBe('Case changed.')
    expect(await ask('GET', `/cases/${id}`)).toMatchObject({ status: 'in_progress', internalRef: 'ENG-7' })
  })

  it('and the second can leave what there is', async () => {
    const { id, mine } = await meet('The fountain is dry')
    await follow(mine, 'Leave the case as it is now')
    expect(await mine.inputValue('#status')).toBe('resolved')
    expect(await ask('GET', `/cases/${id}`)).toMatchObject({ status: 'resolved', internalRef: null })
  })
})
