/** Hop-by-hop headers (RFC 9110 §7.6.1), which no proxy forwards. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Headers that identify the caller or their address, or that a server may read as another method, path or host. */
const neverFromCaller = [
  ...['authorization', 'x-api-key', 'cookie', 'cookie2', 'x-auth-token'],
  ...['forwarded', 'x-forwarded', 'x-real-ip', 'x-client-ip', 'client-ip', 'true-client-ip', 'via', 'proxy'],
  ...['remote-user', 'x-remote-user', 'x-authenticated-user'],
  ...['x-http-method', 'x-http-method-override', 'x-method-override', 'x-original-url', 'x-original-uri'],
  ...['x-rewrite-url', 'host', 'x-host', 'content-length', 'expect'],
]

/** Headers that the gateway sets itself. */
const ownWords = ['accept-encoding', 'x-request-id', 'traceparent', 'tracestate']

const ownPrefixes = ['x-casework-', 'x-forwarded-', 'cf-']

/**
 * The reason why a caller's header cannot be forwarded to an origin; undefined if it can.
 *
 * @param name in lower case
 */
export function whyNotPassed(name: string): string | undefined {
  // CGI and its heirs read `_` as `-`, so `x_casework_tenant` would pass for the gateway's own header.
  if (!/^[a-z0-9-]+$/.test(name)) return 'Names may contain only letters, digits and hyphens'
  if (hopByHop.includes(name)) return 'Hop-by-hop headers are not forwarded'
  if (ownWords.includes(name) || ownPrefixes.some((prefix) => name.startsWith(prefix))) {
    return 'The gateway or the network sets this header'
  }
  if (neverFromCaller.includes(name)) return 'Credentials, addresses and method or path overrides are not forwarded'
}
