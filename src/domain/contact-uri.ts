import { parseEmail } from './email'
import { parseWebAddress } from './url'

/** An email address as a URI (RFC 6068). */
export const mailto = (address: string) => `mailto:${encodeURIComponent(address).replace('%40', '@')}`

/**
 * A contact as the URI that `security.txt` wants (RFC 9116, section 2.5.3): of an email address, or an https address.
 * Undefined if the text is neither.
 */
export function contactUri(text: string): string | undefined {
  const email = parseEmail(text.replace(/^mailto:/i, ''))
  if (email !== undefined) return mailto(email)
  const address = parseWebAddress(text)
  return address?.startsWith('https:') ? address : undefined
}
