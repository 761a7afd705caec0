import { expect, test } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { caller } from '../../src/db/gate/caller-row'
import { hit } from '../../src/db/gate/hit'
import { gateValues } from '../../src/db/gate/placeholder'
import { pathOfNobody } from '../../src/domain/address-ranges'
import { hashKey } from '../../src/gate/key-format'
import { guardValues } from '../../src/gate/requirement'
import { d1Of, makeKey, makeTenant, makeUser } from '../support/tenants'

test('A caller asked for alone is the caller asked for with neighbours, field by field', async () => {
  const tenant = await makeTenant({ plan: 'pro' })
  const user = await makeUser(tenant, { role: 'manager', name: 'Morgan Manager' })
  const made = await makeKey(tenant, { user, scopes: ['cases:read'], limit: 7, expiresAt: Date.UTC(2099, 0, 31) })
  const at = Date.UTC(2026, 2, 1, 9)
  const values = gateValues({
    ...{ hash: await hashKey(made.key), address: pathOfNobody, at, admissionId: 'one', limit: 100, windowSeconds: 60 },
    ...guardValues({ plan: 'pro' }),
  })
  await runBatch(d1Of(), newMeter(), { hit: hit.bind(values) })

  const { alone } = await runBatch(d1Of(), newMeter(), { alone: caller.bind(values) })
  const joined = await runBatch(d1Of(), newMeter(), { first: caller.bind(values), second: caller.bind(values) })

  expect(alone).toMatchObject({ keyId: made.id, userName: 'Morgan Manager', role: 'manager', limit: 7, now: at })
  expect(alone?.hits).toBe(String(at))
  expect(joined).toEqual({ first: alone, second: alone })
})
