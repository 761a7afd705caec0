import {
  changed,
  conflict,
  deleted,
  disabled,
  gone,
  type Overtaken,
  patch,
  post,
  refersTo,
  type Scene,
  stale,
} from './overtaken'
import { makeCase, makePlace, makeSubmission } from './rows'
import { makeKey, makeUser, type TestTenant } from './tenants'

const aNote = { body: 'Called the resident back.' }
export const aCase = { residentName: 'Alex Resident', summary: 'Pothole outside the school' }

/** A caseworker's own case. */
async function ownCase(tenant: TestTenant) {
  const key = await makeKey(tenant, { role: 'caseworker' })
  return { key, id: await makeCase(tenant, { assignee_id: key.user.id }) }
}

const givenAway = "update cases set assignee_id = 'somebody else', version = 2 where id = ?"

/** Cases, and what is made cases of. */
export const ofCases: Scene[] = [
  {
    operation: 'addCaseNote',
    when: 'the case is given to somebody else',
    arrange: async (tenant) => {
      const { key, id } = await ownCase(tenant)
      return { path: `/api/cases/${id}/notes`, key, request: post(aNote), by: [[givenAway, id]] }
    },
    answer: gone,
  },
  {
    operation: 'addCaseNote',
    when: 'the case is deleted',
    arrange: async (tenant) => {
      const id = await makeCase(tenant)
      return { path: `/api/cases/${id}/notes`, request: post(aNote), by: [[deleted('cases'), id]] }
    },
    answer: gone,
  },
  {
    operation: 'updateCase',
    when: 'the case is given to somebody else, whose ward is disabled as well',
    arrange: async (tenant) => {
      const { key, id } = await ownCase(tenant)
      const wardId = await makePlace('wards', tenant)
      const request = patch({ status: 'closed', wardId })
      return {
        path: `/api/cases/${id}`,
        key,
        request,
        by: [
          [givenAway, id],
          [disabled('wards'), wardId],
        ],
      }
    },
    answer: gone,
  },
  {
    operation: 'updateCase',
    when: 'the case is changed',
    arrange: async (tenant) => {
      const id = await makeCase(tenant)
      const request = patch({ status: 'closed', summary: 'Mended', archived: true, version: 1 })
      return { path: `/api/cases/${id}`, request, by: [[changed('cases'), id]] }
    },
    answer: stale,
  },
  {
    operation: 'updateCase',
    when: 'its new ward and its new assignee are disabled',
    arrange: async (tenant) => {
      const id = await makeCase(tenant)
      const wardId = await makePlace('wards', tenant)
      const assigneeId = (await makeUser(tenant)).id
      return {
        path: `/api/cases/${id}`,
        request: patch({ wardId, assigneeId }),
        by: [
          [disabled('wards'), wardId],
          [disabled('users'), assigneeId],
        ],
      }
    },
    answer: refersTo('wardId', 'assigneeId'),
  },
  {
    operation: 'createCase',
    when: 'its category is disabled',
    arrange: async (tenant) => {
      const categoryId = await makePlace('categories', tenant)
      const by: Overtaken['by'] = [[disabled('categories'), categoryId]]
      return { path: '/api/cases', request: post({ ...aCase, categoryId }), by }
    },
    answer: refersTo('categoryId'),
  },
]

const message = 'There is a deep hole outside the school.'

/** Submissions, on their way in as well. */
export const ofSubmissions: Scene[] = [
  {
    operation: 'updateSubmission',
    when: 'the submission is deleted',
    arrange: async (tenant) => {
      const id = await makeSubmission(tenant)
      const by: Overtaken['by'] = [[deleted('submissions'), id]]
      return { path: `/api/submissions/${id}`, request: patch({ status: 'spam' }), by }
    },
    answer: gone,
  },
  {
    operation: 'updateSubmission',
    when: 'the submission is changed',
    arrange: async (tenant) => {
      const id = await makeSubmission(tenant)
      const by: Overtaken['by'] = [[changed('submissions'), id]]
      return { path: `/api/submissions/${id}`, request: patch({ status: 'spam', version: 1 }), by }
    },
    answer: stale,
  },
  {
    operation: 'updateSubmission',
    when: 'the submission is converted',
    arrange: async (tenant) => {
      const id = await makeSubmission(tenant)
      const by: Overtaken['by'] = [["update submissions set status = 'converted' where id = ?", id]]
      return { path: `/api/submissions/${id}`, request: patch({ status: 'spam' }), by }
    },
    answer: conflict('This submission has been converted to a case'),
  },
  {
    operation: 'convertSubmission',
    when: 'the submission is deleted',
    arrange: async (tenant) => {
      const id = await makeSubmission(tenant)
      const by: Overtaken['by'] = [[deleted('submissions'), id]]
      return { path: `/api/submissions/${id}/convert`, request: post({ summary: 'Pothole' }), by }
    },
    answer: gone,
  },
  {
    operation: 'convertSubmission',
    when: 'the ward that it is to have is disabled',
    arrange: async (tenant) => {
      const id = await makeSubmission(tenant)
      const wardId = await makePlace('wards', tenant)
      const by: Overtaken['by'] = [[disabled('wards'), wardId]]
      return { path: `/api/submissions/${id}/convert`, request: post({ wardId }), by }
    },
    answer: refersTo('wardId'),
  },
  {
    operation: 'the contact form’s JSON',
    when: 'the ward that was chosen is disabled',
    arrange: async (tenant) => {
      const wardId = await makePlace('wards', tenant)
      const json = { name: 'Alex Resident', email: 'alex@example.com', message, wardId }
      const headers = { 'Idempotency-Key': 'once', 'CF-Connecting-IP': '198.18.200.1' }
      const by: Overtaken['by'] = [[disabled('wards'), wardId]]
      return { path: `/api/public/${tenant.slug}/contact`, request: { json, headers }, by }
    },
    answer: refersTo('wardId'),
  },
]
