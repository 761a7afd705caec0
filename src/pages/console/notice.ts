import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { AppEnv } from '../../app-env'
import { cookie } from './cookie'

/** What has been done, said at the top of the next page. */
const notices = {
  'signed-out': 'You have signed out.',
  'note-added': 'Note added.',
  'case-changed': 'Case changed.',
  'case-same': 'Nothing was different, so nothing was changed.',
  converted: 'The message is a case now.',
  spam: 'Marked as spam.',
  dismissed: 'Dismissed.',
  reopened: 'Put back among the new messages.',
  'bulk-spam': 'The selected messages are marked as spam.',
  'bulk-dismissed': 'The selected messages are dismissed.',
  'bulk-new': 'The selected messages are new again.',
  approved: 'The selected items are approved.',
  revoked: 'Key revoked. It has stopped working.',
  'key-hidden': 'The key is no longer shown. It cannot be shown again.',
  'secret-hidden': 'The secret is no longer shown. It cannot be shown again.',
  'webhook-changed': 'Webhook changed.',
  'webhook-deleted': 'Webhook deleted. Nothing more is sent to it.',
  'test-delivered': 'The test has arrived.',
  'test-refused': 'The test was refused. See the deliveries below.',
  'test-failed': 'The test has failed. See the deliveries below.',
  'test-redirected': 'The test was answered by a redirect, which is not followed.',
  'test-timeout': 'The test was not answered in time.',
  'test-unreachable': 'The test did not arrive: the address cannot be reached.',
  'test-gone': 'The test was answered by 410: the address is gone.',
  replayed: 'The webhook sends again from there on.',
  saved: 'Saved.',
} as const
export type Notice = keyof typeof notices

const cookieName = 'casework-notice'

/** Answers a form that has done its work: on to a page that says so (303, RFC 9110, section 15.4.4). */
export function done(c: Context<AppEnv>, to: string, notice?: Notice): Response {
  if (notice) setCookie(c, cookieName, notice, { ...cookie, maxAge: 60 })
  return c.redirect(to, 303)
}

interface Said {
  words: string
  /** True for what did not go well. */
  isBad: boolean
}

/** The notice that is due, once. */
export function takeNotice(c: Context<AppEnv>): Said | undefined {
  const name = getCookie(c, cookieName, 'host')
  if (name === undefined) return
  deleteCookie(c, cookieName, cookie)
  const [known, words] = Object.entries(notices).find(([notice]) => notice === name) ?? []
  return known && words ? { words, isBad: known.startsWith('test-') && known !== 'test-delivered' } : undefined
}
