import { describe, expect, it } from 'vitest'
import { whyNotPassed } from '../../src/domain/header-names'

describe('A header that a deployment passes on', () => {
  it.each(['x-own', 'baggage', 'x-b3-traceid', 'dnt'])('may be %s', (name) => {
    expect(whyNotPassed(name)).toBeUndefined()
  })

  it.each([
    ['x_own', 'Names may contain only letters, digits and hyphens'],
    ['x own', 'Names may contain only letters, digits and hyphens'],
    ['x.own', 'Names may contain only letters, digits and hyphens'],
    ['x-own:', 'Names may contain only letters, digits and hyphens'],
    ['connection', 'Hop-by-hop headers are not forwarded'],
    ['transfer-encoding', 'Hop-by-hop headers are not forwarded'],
    ['proxy-authorization', 'Hop-by-hop headers are not forwarded'],
    ['x-casework-tenant', 'The gateway or the network sets this header'],
    ['x-forwarded-for', 'The gateway or the network sets this header'],
    ['cf-connecting-ip', 'The gateway or the network sets this header'],
    ['x-request-id', 'The gateway or the network sets this header'],
    ['accept-encoding', 'The gateway or the network sets this header'],
    ['authorization', 'Credentials, addresses and method or path overrides are not forwarded'],
    ['x-api-key', 'Credentials, addresses and method or path overrides are not forwarded'],
    ['cookie', 'Credentials, addresses and method or path overrides are not forwarded'],
    ['x-http-method-override', 'Credentials, addresses and method or path overrides are not forwarded'],
    ['x-original-url', 'Credentials, addresses and method or path overrides are not forwarded'],
    ['content-length', 'Credentials, addresses and method or path overrides are not forwarded'],
  ])('is not %s', (name, why) => {
    expect(whyNotPassed(name)).toBe(why)
  })
})
