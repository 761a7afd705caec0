import { describe, expect, it } from 'vitest'
import { newMeter, runBatch } from '../../src/db/batch'
import { keyAdmission } from '../../src/db/gate/hit'
import { gateValues } from '../../src/db/gate/placeholder'
import { pathOfNobody } from '../../src/domain/address-ranges'
import { guardValues } from '../../src/gate/requirement'
import { call } from '../support/call'
import { d1Of, makeKey, makeTenant, makeUser } from '../support/tenants'

const noon = Date.UTC(2026, 5, 1, 12)

const invalid = { status: 401, body: { error: 'Invalid API key' } }

async function ask(key: string) {
  const response = await call('/api/me', { key })
  const body: unknown = await response.json()
  return { status: response.status, body }
}

/** Whether the gate's own statements open for a key at a moment of the database's clock. */
async function opensAt(hash: string, at: number): Promise<boolean> {
  const needed = guardValues({ plan: 'free' })
  const values = gateValues({
    hash,
    address: pathOfNobody,
    at,
    limit: 100,
    windowSeconds: 60,
    admissionId: crypto.randomUUID(),
    ...needed,
  })
  const { admission } = await runBatch(d1Of(), newMeter(), { admission: keyAdmission.bind(values) })
  expect(admission.admitted).toBe(admission.row !== undefined)
  return admission.admitted
}

describe('a live key', () => {
  it('dies between two requests when it is revoked', async () => {
    const { key, hash } = await makeKey(await makeTenant())
    expect((await ask(key)).status).toBe(200)
    await d1Of().prepare('update keys set revoked_at = ? where hash = ?').bind(Date.now(), hash).run()
    expect(await ask(key)).toEqual(invalid)
  })

  it('dies between two requests when its user is disabled, and lives again with them', async () => {
    const tenant = await makeTenant()
    const user = await makeUser(tenant)
    const { key } = await makeKey(tenant, { user })
    const setEnabled = (enabled: 0 | 1) =>
      d1Of().prepare('update users set enabled = ? where id = ?').bind(enabled, user.id).run()
    expect((await ask(key)).status).toBe(200)
    await setEnabled(0)
    expect(await ask(key)).toEqual(invalid)
    await setEnabled(1)
    expect((await ask(key)).status).toBe(200)
  })

  it('expires at its very millisecond, by the database’s clock', async () => {
    const { hash } = await makeKey(await makeTenant(), { expiresAt: noon })
    expect(await opensAt(hash, noon - 1)).toBe(true)
    expect(await opensAt(hash, noon)).toBe(false)
    expect(await opensAt(hash, noon + 1)).toBe(false)
  })

  it('without an expiry opens for good', async () => {
    const { hash } = await makeKey(await makeTenant())
    expect(await opensAt(hash, Date.UTC(2199, 0, 1))).toBe(true)
  })

  it('stays revoked even for a clock that has not reached the revocation', async () => {
    const { hash } = await makeKey(await makeTenant(), { revokedAt: noon })
    expect(await opensAt(hash, noon - 1)).toBe(false)
  })

  it('tells its caller when it expires', async () => {
    const expiresAt = Date.now() + 3_600_000
    const { key } = await makeKey(await makeTenant(), { expiresAt })
    expect((await ask(key)).body).toMatchObject({ key: { expiresAt: new Date(expiresAt).toISOString() } })
  })
})

describe('a rotated key', () => {
  it('works beside its successor during the grace period, then ends alone', async () => {
    const tenant = await makeTenant()
    const user = await makeUser(tenant)
    const old = await makeKey(tenant, { user, expiresAt: noon })
    const successor = await makeKey(tenant, { user, familyId: old.familyId })
    expect([await opensAt(old.hash, noon - 1), await opensAt(successor.hash, noon - 1)]).toEqual([true, true])
    expect([await opensAt(old.hash, noon), await opensAt(successor.hash, noon)]).toEqual([false, true])
  })

  it('shares one usage count with its successor', async () => {
    const tenant = await makeTenant()
    const old = await makeKey(tenant)
    const successor = await makeKey(tenant, { familyId: old.familyId })
    await ask(old.key)
    await ask(successor.key)
    await ask(successor.key)
    const row = await d1Of().prepare('select total from windows where id = ?').bind(old.familyId).first()
    expect(row).toEqual({ total: 3 })
  })
})

describe('the default limit', () => {
  it('is a hundred requests in any minute, as every answer to a key says', async () => {
    const { key, hash } = await makeKey(await makeTenant())
    await d1Of().prepare('update keys set quota = null, window_seconds = null where hash = ?').bind(hash).run()
    const response = await call('/api/me', { key })
    expect(response.headers.get('X-RateLimit-Limit')).toBe('100')
    expect(response.headers.get('X-RateLimit-Remaining')).toBe('99')
    expect(response.headers.get('RateLimit-Policy')).toBe('"key";q=100;w=60')
    expect(response.headers.get('RateLimit')).toBe('"key";r=99;t=60')
    expect(await response.json()).toMatchObject({ limit: { requests: 100, windowSeconds: 60 } })
  })
})
