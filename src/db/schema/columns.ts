import { customType, integer } from 'drizzle-orm/sqlite-core'

/** A moment: milliseconds since 1970 in the database, ISO 8601 UTC with milliseconds and `Z` everywhere else. */
export const instant = customType<{ data: string; driverData: number }>({
  dataType: () => 'integer',
  fromDriver: (ms) => new Date(ms).toISOString(),
  // Placeholders pass nulls through here, despite the type.
  toDriver: (iso: string | null) => (iso === null ? null : Date.parse(iso)) as number,
})

export const flag = (name: string) => integer(name, { mode: 'boolean' }).notNull()
