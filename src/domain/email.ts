import { plainCharacters } from './text'

const longest = 254

const atom = /^[^\s\p{Cc}\p{Cf}\p{Cs}@.<>()[\]\\,;:"]+$/u
const label = /^[\p{L}\p{N}]([\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u

/**
 * An email address as it is kept: as typed, but for what nobody sees and for dashes that only look different. At most 254
 * characters, local part at most 64 (RFC 5321), labels at most 63 and of letters, digits, hyphens and, as many scripts
 * need, marks. Undefined if the text is not an email address.
 */
export function parseEmail(text: string): string | undefined {
  const address = plainCharacters(text, longest)
  return address !== undefined && isEmail(address) ? address : undefined
}

function isEmail(text: string): boolean {
  if (text.length > longest) return false
  const at = text.lastIndexOf('@')
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)]
  const [atoms, labels] = [local.split('.'), domain.split('.')]
  const isLocal = at > 0 && local.length <= 64 && atoms.every((one) => atom.test(one))
  return isLocal && labels.length > 1 && labels.every((one) => label.test(one))
}
