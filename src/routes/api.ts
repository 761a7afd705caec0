import { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../app-env'
import { refuseInvalid } from '../http/validation'
import { audit } from './audit/audit'
import { cases } from './cases/cases'
import { categories } from './categories/categories'
import { changes } from './changes/changes'
import { disclosures } from './disclosures/disclosures'
import { keys } from './keys/keys'
import { me } from './me'
import { publicApi } from './public/public'
import { events } from './publications/events'
import { news } from './publications/news'
import { reports } from './reports/reports'
import { submissions } from './submissions/submissions'
import { users } from './users/users'
import { wards } from './wards/wards'
import { webhooks } from './webhooks/webhooks'

/** Everything under `/api`: each resource at its address. */
export const api = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
api.route('/me', me)
api.route('/cases', cases)
api.route('/events', events)
api.route('/news', news)
api.route('/wards', wards)
api.route('/categories', categories)
api.route('/users', users)
api.route('/keys', keys)
api.route('/webhooks', webhooks)
api.route('/audit', audit)
api.route('/disclosures', disclosures)
api.route('/changes', changes)
api.route('/submissions', submissions)
api.route('/reports', reports)
api.route('/public/:tenant', publicApi)
