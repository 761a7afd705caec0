import { z } from '@hono/zod-openapi'
import { flagParam } from './fields'
import { cursorParam } from './paging'

/** Read-only fields of wards, categories and users. */
export const readOnlyFields = ['id', 'createdAt', 'updatedAt']

export const DirectoryQuery = z.strictObject({
  enabled: flagParam('Only enabled or only disabled ones; both if absent.').optional(),
  cursor: cursorParam,
})
