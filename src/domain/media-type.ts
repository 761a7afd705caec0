import { parse } from 'content-type'

/** A media type as a `Content-Type` names it. */
export interface MediaType {
  /** Type and subtype in lower case, e.g. `application/json`. */
  essence: string
  /** In lower case by name; the first of two of one name. */
  parameters: Record<string, string>
}

/**
 * The media types of a `Content-Type`: one, or several where the header came more than once (RFC 9110, sections 5.3 and
 * 8.3.1). Spaces around `;`, empty parameters, quoted strings and any case are read as the grammar has them.
 */
export function mediaTypesOf(header: string): MediaType[] {
  const mediaTypes: MediaType[] = []
  for (let start = 0; start < header.length; ) {
    const { type, parameters, index } = parse(header, { comma: true, start })
    // A list may have empty elements (RFC 9110, section 5.6.1.2).
    if (type !== '') mediaTypes.push({ essence: type, parameters })
    start = index + 1
  }
  return mediaTypes
}

/** True for JSON: `application/json`, or any type with the suffix `+json` (RFC 6839, section 3.1). */
export const isJson = ({ essence }: MediaType) => /^application\/(?:[\w!#$%&'*+.^`|~-]+\+)?json$/.test(essence)

/**
 * The encoding that a label names, as `TextDecoder` calls it, so that `utf8` and `UTF-8` are one; undefined where there
 * is no such encoding (WHATWG Encoding, section 4.2).
 */
export function encodingOf(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined
  }
}

/** Bytes as text, without a leading byte order mark; undefined where they are not valid in that encoding. */
export function decoded(bytes: Uint8Array, encoding = 'utf-8'): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    return undefined
  }
}

/**
 * Decodes any bytes: as UTF-8 if valid, else in the declared encoding, else as
 * Windows-1252, which is the usual remainder. The last letter may be cut off.
 *
 * @param charset as a `Content-Type` names it; ignored if unknown or not a superset of ASCII
 */
export function readable(bytes: Uint8Array, charset = ''): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes, { stream: true })
  } catch {
    const declared = encodingOf(charset)
    const isUsable = declared !== undefined && !declared.startsWith('utf-')
    return new TextDecoder(isUsable ? declared : 'windows-1252').decode(bytes)
  }
}
