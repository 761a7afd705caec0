import { kinds, makeItem } from './publications'
import { makeCase, makePlace, makeSubmission } from './rows'
import { everythingAsText } from './second-trip'
import { makeKey, makeTenant, makeUser, type TestTenant } from './tenants'
import { makeEndpoint } from './webhooks'

/** A tenant whose every text is unmistakable, for others to look for in vain. */
export interface Neighbour {
  tenant: TestTenant
  /** Texts and ids that nobody else may be told. */
  canaries: string[]
  /** The tenant's rows, and as they were at first. */
  rows(): Promise<string[]>
  before: string[]
}

const mark = 'Canary-of-next-door'

/** Makes a tenant with something of everything. */
export async function makeNeighbour(): Promise<Neighbour> {
  const tenant = await makeTenant()
  const user = await makeUser(tenant, { role: 'councillor', name: `${mark} Person` })
  const place = { name: `${mark} Place` }
  const ids = [
    user.id,
    await makeCase(tenant, { summary: `${mark} pothole`, resident_name: `${mark} Resident`, external_id: mark }),
    await makeSubmission(tenant, { message: `${mark} message` }),
    await makePlace('wards', tenant, place),
    await makePlace('categories', tenant, place),
    await makeItem(tenant, kinds[0], { createdBy: user.id, externalId: mark }),
    await makeItem(tenant, kinds[1], { createdBy: user.id, externalId: mark }),
    await makeEndpoint(tenant, { description: mark }),
  ]
  const { key, hash, id } = await makeKey(tenant)
  const rows = async () =>
    Object.values(await everythingAsText())
      .flat()
      .filter((row) => row.includes(tenant.id) || row.includes(mark))
  return { tenant, canaries: [mark, tenant.id, key, hash, id, ...ids], rows, before: await rows() }
}
