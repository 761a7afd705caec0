import { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../../app-env'
import { contact } from './contact'
import { publicWards } from './public-wards'

/** Everything under `/api/public/{tenant}`: needs no key. */
export const publicApi = new OpenAPIHono<AppEnv>().route('/', contact).route('/', publicWards)
