/**
 * An address in an origin's answer as the caller must see it: a path at the gateway, or undefined where it points
 * outside the origin's base.
 *
 * @param asked what the address may be relative to
 * @param origin the origin's base
 */
export function withinOrigin(address: string, asked: URL, origin: URL): string | undefined {
  if (!URL.canParse(address, asked.href)) return
  const target = new URL(address, asked)
  const base = origin.pathname.replace(/\/+$/, '')
  if (target.origin !== origin.origin || !`${target.pathname}/`.startsWith(`${base}/`)) return
  const path = target.pathname.slice(base.length) || '/'
  // Two slashes at the start would name another host.
  return path.startsWith('//') ? undefined : path + target.search + target.hash
}

/** A `Link` header (RFC 8288) whose targets at the origin are paths at the gateway. */
export function hideOrigin(link: string, asked: URL, origin: URL): string {
  return link.replace(/<([^<>]*)>/g, (whole, address) => {
    const within = withinOrigin(address, asked, origin)
    return within === undefined ? whole : `<${within}>`
  })
}
