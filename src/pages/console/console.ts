import { Hono } from 'hono'
import { trimTrailingSlash } from 'hono/trailing-slash'
import type { AppEnv } from '../../app-env'
import { ApiError } from '../../errors'
import { assetOf } from '../../http/asset'
import { stylesheet } from '../layout/stylesheet'
import { showCases } from './cases/case-list'
import { addNote, changeCase, showCase } from './cases/case-page'
import { categoryPages, wardPages } from './directory/named-things'
import { showPeople } from './directory/people'
import { savePerson, showPerson } from './directory/person-form'
import { showError } from './error-page'
import { readsForm } from './form'
import { changeMessages, showInbox } from './inbox/inbox'
import { changeMessage, convertMessage, showMessage } from './inbox/message'
import { createKey, showKeyForm } from './keys/key-form'
import { showKeys } from './keys/key-list'
import {
  confirmRevocation,
  hideMadeKey,
  revokeKey,
  rotateKey,
  showKey,
  showMadeKey,
  showRotation,
} from './keys/key-page'
import { showOverview } from './overview'
import { approveEvents, approveNews, showEvents, showNews } from './publications'
import { showAudit, showDisclosures } from './records'
import { sameOrigin } from './same-origin'
import { sessionOf } from './session'
import { openSignIn, showSignIn, signIn, signOut } from './sign-in'
import { signedIn } from './signed-in'
import { showUsage } from './usage'
import {
  confirmDeletion,
  confirmRotation,
  deleteWebhook,
  hideWebhookSecret,
  replayWebhook,
  rotateSecret,
  showReplay,
  showSecret,
} from './webhooks/webhook-acts'
import { createWebhook, showWebhookForm } from './webhooks/webhook-form'
import { showWebhooks } from './webhooks/webhook-list'
import { changeWebhook, showWebhook, testWebhook } from './webhooks/webhook-page'

/** Pages behind the session, each at its address. */
const pages = new Hono<AppEnv>()
  .use(signedIn())
  .get('/', showOverview)
  .get('/inbox', showInbox)
  .post('/inbox', changeMessages)
  .get('/inbox/:id', showMessage)
  .post('/inbox/:id/status', changeMessage)
  .post('/inbox/:id/convert', convertMessage)
  .get('/cases', showCases)
  .get('/cases/:id', showCase)
  .post('/cases/:id', changeCase)
  .post('/cases/:id/notes', addNote)
  .get('/events', showEvents)
  .post('/events', approveEvents)
  .get('/news', showNews)
  .post('/news', approveNews)
  .get('/people', showPeople)
  .get('/people/:id', showPerson)
  .post('/people/:id', savePerson)
  .get('/wards', wardPages.list)
  .get('/wards/:id', wardPages.form)
  .post('/wards/:id', wardPages.save)
  .get('/categories', categoryPages.list)
  .get('/categories/:id', categoryPages.form)
  .post('/categories/:id', categoryPages.save)
  .get('/keys', showKeys)
  .get('/keys/new', showKeyForm)
  .post('/keys/new', createKey)
  .get('/keys/:id', showKey)
  .get('/keys/:id/made', showMadeKey)
  .post('/keys/:id/made', hideMadeKey)
  .get('/keys/:id/rotate', showRotation)
  .post('/keys/:id/rotate', rotateKey)
  .get('/keys/:id/revoke', confirmRevocation)
  .post('/keys/:id/revoke', revokeKey)
  .get('/usage', showUsage)
  .get('/webhooks', showWebhooks)
  .get('/webhooks/new', showWebhookForm)
  .post('/webhooks/new', createWebhook)
  .get('/webhooks/:id', showWebhook)
  .post('/webhooks/:id', changeWebhook)
  .post('/webhooks/:id/test', testWebhook)
  .get('/webhooks/:id/replay', showReplay)
  .post('/webhooks/:id/replay', replayWebhook)
  .get('/webhooks/:id/rotate', confirmRotation)
  .post('/webhooks/:id/rotate', rotateSecret)
  .get('/webhooks/:id/secret', showSecret)
  .post('/webhooks/:id/secret', hideWebhookSecret)
  .get('/webhooks/:id/delete', confirmDeletion)
  .post('/webhooks/:id/delete', deleteWebhook)
  .get('/audit', showAudit)
  .get('/disclosures', showDisclosures)

/** Everything under `/console`: signing in and out, the pages, and their style. */
export const consolePages = new Hono<AppEnv>()
consolePages.onError((error, c) => showError(error, c))
consolePages.use(trimTrailingSlash(), sameOrigin())
consolePages.get('/style.css', async (c) => {
  const own = await assetOf(c, 'console.css')
  const headers = { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'public, max-age=86400' }
  return c.body(stylesheet + (await own.text()), 200, headers)
})
consolePages.on('POST', '/*', readsForm())
consolePages.get('/', async (c, next) => ((await sessionOf(c)) ? next() : showSignIn(c)))
consolePages.get('/sign-in', openSignIn)
consolePages.post('/sign-in', signIn)
consolePages.post('/sign-out', signOut)
consolePages.route('/', pages)
consolePages.all('*', () => {
  throw new ApiError('not_found')
})
