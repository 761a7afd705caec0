import { isAuthorised } from '../../../gate/requirement'
import type { Key } from '../../../routes/keys/key-schemas'
import { call } from '../api-call'
import { consolePage } from '../layout/frame'
import { Filters, Pages } from '../layout/list'
import { Table } from '../layout/table'
import { atTime, number } from '../layout/words'
import type { Page } from '../page'
import { managing } from './key-requirements'

/** What a key is worth at this moment. */
export function stateOf({ revokedAt, expiresAt }: Pick<Key, 'revokedAt' | 'expiresAt'>, now = Date.now()): string {
  if (revokedAt) return 'Revoked'
  return expiresAt && Date.parse(expiresAt) <= now ? 'Expired' : 'Live'
}

/** The council's keys, newest first: the live ones, unless all are asked for. */
export async function showKeys(c: Page) {
  const { cursor, state = 'live', name = '' } = c.req.query()
  const { answer: keys, nextCursor, principal } = await call<Key[]>(c, { path: '/api/keys', query: { cursor } })
  const sought = name.trim().toLowerCase()
  const shown = keys
    .filter((key) => state === 'all' || stateOf(key) === 'Live')
    .filter((key) => `${key.name ?? ''} ${key.prefix} ${key.role}`.toLowerCase().includes(sought))
  return consolePage(c, {
    title: 'Keys',
    children: (
      <>
        <h1>Keys</h1>
        {isAuthorised(principal, managing) && (
          <p>
            <a class="button" href="/console/keys/new">
              Create a key
            </a>
          </p>
        )}
        <Filters path="/console/keys" isSet={sought !== '' || state === 'all'}>
          <div class="field">
            <label for="name">Name, beginning or role</label>
            <input id="name" name="name" type="search" value={name} autocomplete="off" />
          </div>
          <div class="field">
            <label for="state">Which keys</label>
            <select id="state" name="state">
              <option value="live">Live ones</option>
              <option value="all" selected={state === 'all'}>
                All, with revoked and expired ones
              </option>
            </select>
          </div>
        </Filters>
        <Table
          caption={state === 'all' ? 'All keys, newest first' : 'Live keys, newest first'}
          headings={['Key', 'Begins with', 'Role', 'State', 'Limit', 'Last used']}
          rows={shown.map((key) => [
            <a href={`/console/keys/${key.id}`}>{key.name ?? 'Without a name'}</a>,
            <code>{key.prefix}</code>,
            key.role,
            stateOf(key),
            `${number(key.limit)} in ${key.windowSeconds} s`,
            key.lastUsedAt ? atTime(key.lastUsedAt) : 'Never',
          ])}
          empty="There is no such key. Change the filters, or create a key."
        />
        <Pages path="/console/keys" query={{ state, name }} cursor={cursor} next={nextCursor} />
      </>
    ),
  })
}
