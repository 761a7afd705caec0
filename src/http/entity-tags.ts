import { sha256Hex } from '../domain/hash'
import type { JsonText } from '../domain/json-text'

/** An entity tag (RFC 9110, section 8.8.3). */
export interface EntityTag {
  isWeak: boolean
  /** The text between the quotes. */
  opaque: string
}

/** Value of a condition: entity tags, or `*` for any. */
export type EntityTags = '*' | EntityTag[]

/** One element of a list, which may be empty, up to its comma; no quote is escaped, and commas may stand inside. */
const element = /^[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\uffff]*)"[ \t]*)?(?:,|$)/

/** Suffixes that compressing proxies add to a tag. */
const codingSuffix = /^-{1,2}(?:gzip|br|zstd|deflate|df)$/

/**
 * The entity tags of an `If-Match` or `If-None-Match` (RFC 9110, sections 13.1.1 and 13.1.2), or undefined where it is
 * malformed or names none.
 */
export function parseEntityTags(header: string): EntityTags | undefined {
  if (header.trim() === '*') return '*'
  const tags: EntityTag[] = []
  for (let rest = header; rest !== ''; ) {
    const match = element.exec(rest)
    if (!match) return
    const [read, weak, opaque] = match
    rest = rest.slice(read.length)
    if (opaque !== undefined) tags.push({ isWeak: weak !== undefined, opaque })
  }
  return tags.length > 0 ? tags : undefined
}

/**
 * True if one of the tags matches another, by the weak comparison of `If-None-Match`:
 * weak or strong, and with or without the suffix of a proxy that compresses.
 *
 * @param etag a tag of ours, with its quotes
 */
export function matchesWeakly(tags: EntityTags, etag: string): boolean {
  if (tags === '*') return true
  const ours = etag.slice(1, -1)
  return tags.some(({ opaque }) => opaque.startsWith(ours) && isSame(opaque.slice(ours.length)))
}

const isSame = (rest: string) => rest === '' || codingSuffix.test(rest)

/** The versions that tags of ours name: what counts in an `If-Match`. Tags that are not ours name none. */
export function versionsOf(tags: EntityTag[]): number[] {
  return tags.flatMap(({ opaque }) => {
    const [, version] = /^(\d+)(?:-.*)?$/.exec(opaque) ?? []
    return version === undefined ? [] : Number(version)
  })
}

/** Our tag of a versioned thing: `"<version>-<hash of the body>"`; undefined for a body without a version. */
export async function entityTagOf(body: JsonText<object>): Promise<string | undefined> {
  const version = versionIn(body)
  return version === undefined ? undefined : entityTagAt(version, body)
}

/** Our tag of a body that is at a version, or at a place in a log: `"<version>-<hash of the body>"`. */
export async function entityTagAt(version: string | number, body: string): Promise<string> {
  const hash = await sha256Hex(body)
  return `"${version}-${hash.slice(0, 16)}"`
}

/** The version in a body, found without parsing it: inside a JSON string there is a backslash before every quote. */
const versionIn = (body: string) => /"version":(\d+)/.exec(body)?.[1]
