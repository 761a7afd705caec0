import { z } from '@hono/zod-openapi'
import { flagParam } from './fields'
import { cursorParam } from './paging'

/** What wards, categories and users emit and nobody may set. */
export const readOnlyFields = ['id', 'createdAt', 'updatedAt']

export const DirectoryQuery = z.strictObject({
  enabled: flagParam('Only enabled or only disabled ones; both if absent.').optional(),
  cursor: cursorParam,
})
