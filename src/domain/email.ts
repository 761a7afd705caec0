const atom = /^[^\s\p{Cc}\p{Cs}@.<>()[\]\\,;:"]+$/u
const label = /^[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u

/** Whether a text can be an email address: at most 254 characters, local part at most 64 (RFC 5321), labels at most 63. */
export function isEmail(text: string): boolean {
  if (text.length > 254) return false
  const at = text.lastIndexOf('@')
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)]
  const [atoms, labels] = [local.split('.'), domain.split('.')]
  const isLocal = at > 0 && local.length <= 64 && atoms.every((one) => atom.test(one))
  return isLocal && labels.length > 1 && labels.every((one) => label.test(one))
}
