import { describe, expect, it } from 'vitest'
import { isSigned, signatureOf, type Vouched } from '../../src/domain/signature'

// The worked example of docs/proxy.md.
const vouched: Vouched = {
  method: 'GET',
  path: '/api/cases',
  query: 'status=open&page=2',
  timestamp: '2026-04-20T09:30:00.000Z',
  tenant: '01HTENANT0000000000000000A',
  key: '01HKEY00000000000000000000',
  user: '01HUSER0000000000000000000',
  role: 'councillor',
  scopes: 'cases:read cases:write',
}
const secret = 'correct horse battery staple'
const signature = '2d14bf6fa74ce97a89f354fa41963fdfc0ea57b0b1a8584e95c37d2132b0b433'

describe('the signature', () => {
  it('of the worked example is what openssl says of its nine lines', async () => {
    expect(await signatureOf(vouched, secret)).toBe(signature)
    expect(await isSigned(vouched, signature, secret)).toBe(true)
  })

  it.each(Object.keys(vouched))('is another one when %s is another one', async (name) => {
    expect(await isSigned({ ...vouched, [name]: 'other' }, signature, secret)).toBe(false)
  })

  it('is another one under another secret', async () => {
    expect(await isSigned(vouched, signature, 'correct horse battery stapler')).toBe(false)
  })

  it.each([
    ['empty', ''],
    ['cut short', signature.slice(1)],
    ['in capitals', signature.toUpperCase()],
    ['not hexadecimal', 'z'.repeat(64)],
    ['too long', `${signature}00`],
  ])('is refused when it is %s', async (_, given) => {
    expect(await isSigned(vouched, given, secret)).toBe(false)
  })
})
