import { describe, it } from 'vitest'
import { states } from './console-states'
import { expectForEverybody } from './everybody'

describe('Everybody can use', () => {
  it.each(Object.entries(states))('%s', async (_, open) => {
    const page = await open()
    await expectForEverybody(page)
    await page.context().close()
  })
})
