import type { Child, PropsWithChildren } from 'hono/jsx'

/** The query of a list's address, without what is empty. */
export function addressOf(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path
}

interface PagesProps {
  path: string
  /** The list's filters. */
  query: Readonly<Record<string, string | undefined>>
  /** The page that is shown, by number: of a list that has numbers. */
  page?: number
  /** The cursor that it was asked for by. */
  cursor?: string | undefined
  next: string | null | undefined
}

/** Links to the pages before and after. A cursor only leads on, so from there the way back is to the newest. */
export function Pages({ path, query, page, cursor, next }: PagesProps) {
  const isFirst = cursor === undefined && (page ?? 1) === 1
  if (isFirst && !next) return null
  const newer = cursor === undefined && page !== undefined && page > 2 ? String(page - 1) : undefined
  const older =
    cursor === undefined && page !== undefined && page < 100 ? { page: String(page + 1) } : { cursor: next ?? '' }
  return (
    <nav class="pages" aria-label="Pages">
      <ul>
        {!isFirst && (
          <li>
            <a href={addressOf(path, { ...query, page: newer })} rel="prev">
              {cursor === undefined ? 'Newer' : 'Newest'}
            </a>
          </li>
        )}
        {next && (
          <li>
            <a href={addressOf(path, { ...query, ...older })} rel="next">
              Older
            </a>
          </li>
        )}
      </ul>
    </nav>
  )
}

/** A list's filters as a form that is sent with GET, with a link that takes them all away where some are set. */
export function Filters({ path, isSet, children }: PropsWithChildren<{ path: string; isSet: boolean }>) {
  return (
    <search>
      <form class="filters" method="get" action={path}>
        {children as Child}
        <div class="actions">
          <button type="submit">Show</button>
          {isSet && <a href={path}>Clear all filters</a>}
        </div>
      </form>
    </search>
  )
}

interface Chosen {
  /** The filter's name in the address. */
  name: string
  words: string
}

/** The filters that are set, each a link that takes it away. */
export function ChosenFilters({
  path,
  query,
  chosen,
}: {
  path: string
  query: Readonly<Record<string, string | undefined>>
  chosen: readonly Chosen[]
}) {
  if (chosen.length === 0) return null
  return (
    <ul class="chosen" aria-label="Filters that are set">
      {chosen.map(({ name, words }) => (
        <li key={name}>
          <a href={addressOf(path, { ...query, [name]: undefined })}>
            <span class="unseen">Remove the filter </span>
            {words}
          </a>
        </li>
      ))}
    </ul>
  )
}
