import { kinds, makeItem } from './publications'
import type { Operation } from './routes'
import { makeCase, makePlace, makeSubmission } from './rows'
import { makeKey, makeUser, type TestTenant } from './tenants'
import { makeChange, makeEndpoint } from './webhooks'

/** What the security battery needs to send one operation's request so that it succeeds. */
export interface Sample {
  /** Makes the row that the request is about and yields its id: the one in the path, where the path has one. */
  row?: (tenant: TestTenant) => Promise<string>
  /** A body that succeeds, given the row's id. */
  body?: (id: string) => Record<string, unknown>
  /** With its question mark, where the operation wants one. */
  query?: string
}

/** One sample per `operationId`. A new route needs a line here and nothing else to be put through the battery. */
const samples: Record<string, Sample> = {
  getMe: {},
  listCases: {},
  createCase: { body: () => ({ residentName: 'Alex Resident', summary: 'Pothole outside the school' }) },
  getCase: { row: makeCase },
  updateCase: { row: makeCase, body: () => ({ summary: 'Two potholes outside the school' }) },
  addCaseNote: { row: makeCase, body: () => ({ body: 'Called the resident back.' }) },
  exportCases: {},
  exportWards: {},
  listEvents: {},
  createEvent: { body: () => ({ title: 'Councillor surgery', startsAt: '2999-06-01T10:00:00Z' }) },
  getEvent: { row: anEvent },
  updateEvent: { row: anEvent, body: () => ({ title: 'Moved' }) },
  deleteEvent: { row: anEvent },
  approveEvents: { row: anEvent, body: (id) => ({ ids: [id] }) },
  listNews: {},
  createNews: { body: () => ({ title: 'Library reopens', body: 'Doors open at nine.' }) },
  getNews: { row: anArticle },
  updateNews: { row: anArticle, body: () => ({ title: 'Moved' }) },
  deleteNews: { row: anArticle },
  approveNews: { row: anArticle, body: (id) => ({ ids: [id] }) },
  listWards: {},
  createWard: { body: () => ({ name: 'Falmouth Arwenack', code: 'E05009270' }) },
  getWard: { row: aWard },
  updateWard: { row: aWard, body: () => ({ name: 'Falmouth North' }) },
  listCategories: {},
  createCategory: { body: () => ({ name: 'Roads', sortOrder: 10 }) },
  getCategory: { row: aCategory },
  updateCategory: { row: aCategory, body: () => ({ sortOrder: 20 }) },
  listUsers: {},
  createUser: { body: () => ({ name: 'Sam Councillor', email: 'sam@example.com', role: 'councillor' }) },
  getUser: { row: aUser },
  updateUser: { row: aUser, body: () => ({ name: 'Sam Manager' }) },
  getPublicReport: {},
  listSubmissions: {},
  getSubmission: { row: makeSubmission },
  updateSubmission: { row: makeSubmission, body: () => ({ status: 'dismissed' }) },
  convertSubmission: { row: makeSubmission, body: () => ({ summary: 'Pothole outside the school' }) },
  listKeys: {},
  createKey: { body: () => ({ name: 'Website sync', scopes: ['keys:write'], role: 'manager' }) },
  updateKey: { row: aKey, body: () => ({ name: 'Website sync', limit: 50 }) },
  rotateKey: { row: aKey, body: () => ({ graceSeconds: 60 }) },
  revokeCurrentKey: {},
  revokeKey: { row: aKey },
  getKeyUsage: { row: aKey },
  listAudit: {},
  listDisclosures: {},
  listChanges: {},
  listWebhooks: {},
  createWebhook: { body: () => ({ url: 'https://crm.example.com/hooks', events: ['case_created'] }) },
  getWebhook: { row: makeEndpoint },
  updateWebhook: { row: makeEndpoint, body: () => ({ description: 'Case sync' }) },
  deleteWebhook: { row: makeEndpoint },
  rotateWebhookSecret: { row: makeEndpoint, body: () => ({ graceSeconds: 60 }) },
  // To where nothing listens.
  testWebhook: { row: (tenant) => makeEndpoint(tenant, { url: 'https://192.0.2.1/' }) },
  replayWebhook: { row: aReplayable, body: () => ({ sequence: 1 }) },
  listWebhookDeliveries: { row: makeEndpoint },
}

async function aReplayable(tenant: TestTenant): Promise<string> {
  await makeChange(tenant)
  return makeEndpoint(tenant, { cursor: 1 })
}

function aWard(tenant: TestTenant): Promise<string> {
  return makePlace('wards', tenant)
}

function aCategory(tenant: TestTenant): Promise<string> {
  return makePlace('categories', tenant)
}

async function aUser(tenant: TestTenant): Promise<string> {
  return (await makeUser(tenant, { role: 'councillor' })).id
}

async function aKey(tenant: TestTenant): Promise<string> {
  return (await makeKey(tenant, { scopes: ['keys:write'] })).id
}

async function anEvent(tenant: TestTenant): Promise<string> {
  return makeItem(tenant, kinds[0], { createdBy: await aUser(tenant) })
}

async function anArticle(tenant: TestTenant): Promise<string> {
  return makeItem(tenant, kinds[1], { createdBy: await aUser(tenant) })
}

/** The sample of an operation. Throws, saying what to add, where there is none or half of one. */
export function sampleOf({ id, takesBody, namesId }: Pick<Operation, 'id' | 'takesBody' | 'namesId'>): Sample {
  const sample = samples[id]
  const missing = [
    sample === undefined && 'sample',
    namesId && !sample?.row && 'row',
    takesBody && !sample?.body && 'body',
  ].filter((one) => one !== false)
  if (sample && missing.length === 0) return sample
  throw new Error(`Add a sample for "${id}" to test/support/samples.ts (missing: ${missing.join(', ')})`)
}
