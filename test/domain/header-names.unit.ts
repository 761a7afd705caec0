import { describe, expect, it } from 'vitest'
import { whyNotPassed } from '../../src/domain/header-names'

describe('A header that a deployment passes on', () => {
  it.each(['x-own', 'baggage', 'x-b3-traceid', 'dnt'])('may be %s', (name) => {
    expect(whyNotPassed(name)).toBeUndefined()
  })

  it.each([
    ['x_own', 'Names may hold letters, digits and hyphens only'],
    ['x own', 'Names may hold letters, digits and hyphens only'],
    ['x.own', 'Names may hold letters, digits and hyphens only'],
    ['x-own:', 'Names may hold letters, digits and hyphens only'],
    ['connection', 'Headers of one connection are not passed on'],
    ['transfer-encoding', 'Headers of one connection are not passed on'],
    ['proxy-authorization', 'Headers of one connection are not passed on'],
    ['x-casework-tenant', 'The gateway and the network set these themselves'],
    ['x-forwarded-for', 'The gateway and the network set these themselves'],
    ['cf-connecting-ip', 'The gateway and the network set these themselves'],
    ['x-request-id', 'The gateway and the network set these themselves'],
    ['accept-encoding', 'The gateway and the network set these themselves'],
    ['authorization', 'Credentials, addresses and other methods or paths are not passed on'],
    ['x-api-key', 'Credentials, addresses and other methods or paths are not passed on'],
    ['cookie', 'Credentials, addresses and other methods or paths are not passed on'],
    ['x-http-method-override', 'Credentials, addresses and other methods or paths are not passed on'],
    ['x-original-url', 'Credentials, addresses and other methods or paths are not passed on'],
    ['content-length', 'Credentials, addresses and other methods or paths are not passed on'],
  ])('is not %s', (name, why) => {
    expect(whyNotPassed(name)).toBe(why)
  })
})
