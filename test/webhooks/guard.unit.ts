import { describe, expect, it } from 'vitest'
import { refusalOfAddress } from '../../src/webhooks/guard'

const outside = { ownHost: 'gateway.council.com', allowsLoopback: false }
const development = { ownHost: 'localhost:8787', allowsLoopback: true }

const address = 'Must have a host name, not an IP address'
const name = 'Must have a public host name'

describe('An address that may be sent to', () => {
  it.each([
    'https://crm.example.com/hooks',
    'https://crm.example.com:443/hooks?x=1#y',
    'https://localhost.example.com/',
    'https://xn--bcher-kva.com/',
    'https://bücher.com/',
    'https://internal.council.com/',
    'https://gateway.council.com.evil.com/',
    'https://CRM.EXAMPLE.COM/',
  ])('%s', (url) => {
    expect(refusalOfAddress(url, outside)).toBeUndefined()
  })
})

describe('An address that may not be sent to', () => {
  it.each([
    ['http://crm.example.com/', 'Must begin with https://'],
    ['ftp://crm.example.com/', 'Must begin with https://'],
    ['https://crm.example.com:8443/', 'Must not name a port: only 443 is used'],
    ['https://crm.example.com:80/', 'Must not name a port: only 443 is used'],
    ['https://user@crm.example.com/', 'Must not contain a user name or password'],
    ['https://user:pass@crm.example.com/', 'Must not contain a user name or password'],
    ['https://:pass@crm.example.com/', 'Must not contain a user name or password'],
    ['https://127.0.0.1/', address],
    ['https://127.1/', address],
    ['https://0x7f.1/', address],
    ['https://0177.0.0.1/', address],
    ['https://2130706433/', address],
    ['https://0x7f000001/', address],
    ['https://127.0.0.1./', address],
    ['https://１２７.０.０.１/', address],
    ['https://①②⑦.0.0.1/', address],
    ['https://10.0.0.1/', address],
    ['https://169.254.169.254/latest/meta-data', address],
    ['https://203.0.113.9/', address],
    ['https://0/', address],
    ['https://[::1]/', address],
    ['https://[::ffff:127.0.0.1]/', address],
    ['https://[fd00::1]/', address],
    ['https://[2001:db8::1]/', address],
    ['https://localhost/', name],
    ['https://ｌｏｃａｌｈｏｓｔ/', name],
    ['https://app.localhost/', name],
    ['https://printer.local/', name],
    ['https://metadata.google.internal/', name],
    ['https://router.home.arpa/', name],
    ['https://a.test/', name],
    ['https://a.example/', name],
    ['https://a.invalid/', name],
    ['https://a.onion/', name],
    ['https://intranet/', name],
    ['https://localhost./', 'Must not end its host name with a dot'],
    ['https://crm.example.com./', 'Must not end its host name with a dot'],
    ['https://gateway.council.com/api/public/acme/contact', 'Must not be the gateway itself'],
    ['https://GATEWAY.council.com:443/', 'Must not be the gateway itself'],
    ['https://gateway。council。com/', 'Must not be the gateway itself'],
    ['nonsense', 'Must be a web address, like https://example.com/hooks'],
    ['https://', 'Must be a web address, like https://example.com/hooks'],
    ['https://256.1.1.1/', 'Must be a web address, like https://example.com/hooks'],
  ])('%s: %s', (url, why) => {
    expect(refusalOfAddress(url, outside)).toBe(why)
  })
})

describe('In development', () => {
  it.each(['http://localhost:8790/', 'http://127.0.0.1:8790/', 'http://[::1]:8790/', 'https://crm.example.com/'])(
    '%s may be sent to',
    (url) => {
      expect(refusalOfAddress(url, development)).toBeUndefined()
    },
  )

  it.each([
    ['http://localhost:8787/', 'Must not be the gateway itself'],
    ['http://192.168.1.1/', 'Must begin with https://'],
    ['https://192.168.1.1/', address],
    ['http://user@localhost:8790/', 'Must not contain a user name or password'],
  ])('%s may not: %s', (url, why) => {
    expect(refusalOfAddress(url, development)).toBe(why)
  })
})
