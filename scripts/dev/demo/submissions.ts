import { type BoundStatement, build } from '../../../src/db/query'
import { submissions } from '../../../src/db/schema/submissions'
import { newId } from '../../../src/domain/id'
import { searchKey } from '../../../src/domain/submission-search'
import { bound } from '../../operator/database'
import { before, type DemoIds } from './case-rows'
import type { DemoWard, demoCategories } from './cases'
import { numbering } from './numbering'

interface DemoSubmission {
  daysAgo: number
  name: string
  email?: string
  phone?: string
  address?: string
  postcode?: string
  ward?: DemoWard
  category?: keyof typeof demoCategories
  message: string
  spamReasons?: string[]
}

/** Messages that have come in by the demo's contact form: two to be read, and one that was taken for spam. */
const demoSubmissions: readonly DemoSubmission[] = [
  {
    daysAgo: 4,
    name: 'Best Rankings',
    email: 'offers@example.net',
    message: 'First page! https://rank.example https://rank.example/a https://rank.example/b https://rank.example/c',
    spamReasons: ['many links', 'little but links'],
  },
  {
    daysAgo: 2,
    name: 'Wenna Jose',
    email: 'wenna.jose@example.com',
    phone: '07700 900512',
    address: '5 Harbour Steps, Porthmellow',
    postcode: 'TR991JN',
    ward: 'harbour',
    category: 'other',
    message: 'The rail along the harbour steps has come loose at the bottom. My mother nearly fell on Sunday.',
  },
  {
    daysAgo: 0.4,
    name: 'Peter Lanyon-Hill',
    phone: '01632 960105',
    postcode: 'TR994LP',
    ward: 'trewarden',
    category: 'roads',
    message: 'Could the hedge by the Trewarden turning be cut back? Drivers cannot see the bus shelter.',
  },
]

/** The demo's messages from residents, oldest first, numbered as they came in. */
export function newSubmissions(tenantId: string, now: string, ids: DemoIds): BoundStatement[] {
  const numbers = numbering(tenantId, 'CF')
  const rows = demoSubmissions.map((one) => {
    const createdAt = before(now, one.daysAgo)
    return {
      id: newId(createdAt),
      tenantId,
      reference: numbers.next(createdAt).reference,
      status: one.spamReasons ? ('spam' as const) : ('new' as const),
      name: one.name,
      email: one.email ?? null,
      phone: one.phone ?? null,
      address: one.address ?? null,
      postcode: one.postcode ?? null,
      wardId: one.ward ? ids.ward(one.ward) : null,
      categoryId: one.category ? ids.category(one.category) : null,
      message: one.message,
      spamReasons: one.spamReasons ?? [],
      searchKey: searchKey({ name: one.name, email: one.email ?? null, postcode: one.postcode ?? null }),
      createdAt,
      updatedAt: createdAt,
    }
  })
  return [bound(build.insert(submissions).values(rows)), numbers.counters()]
}
