import type { Sought } from '../../../src/db/residents/scan'
import { fold } from '../../../src/domain/fold'
import { phoneKey } from '../../../src/domain/phone'
import { UsageError } from '../fault'

/** What an operator looks for a resident by. */
export interface Criteria {
  email?: string
  phone?: string
  /** As it is stored, `TR11AA`. */
  postcode?: string
  name?: string
}

/** The way a record was found: what it has in common, or that its text names the address or number. */
export type Match = keyof Criteria | 'text' | 'conversion'

/** What of a record is compared. */
export interface Person {
  name: string
  email: string | null
  phone: string | null
  postcode: string | null
}

/** Throws a `UsageError` for no criterion. */
export function requireSome({ email, phone, postcode, name }: Criteria): void {
  if (email ?? phone ?? postcode ?? name) return
  throw new UsageError('Provide at least one of --email, --phone, --postcode and --name')
}

/** Throws a `UsageError` for criteria that strangers may have in common. */
export function requireStrong({ email, phone, postcode, name }: Criteria): void {
  if (email ?? phone ?? (name && postcode)) return
  throw new UsageError(
    'Provide --email or --phone, or both --name and --postcode: others may have one of the latter too',
  )
}

/** The criteria as the scans take them. */
export function soughtOf({ email, phone, postcode, name }: Criteria): Sought {
  return {
    email: email?.toLowerCase() ?? null,
    phone: phone === undefined ? null : phoneKey(phone).replace(/^[0+]/, ''),
    postcode: postcode ?? null,
    name: name === undefined ? null : fold(name).replaceAll(' ', ''),
  }
}

/** What a record has in common with the criteria. */
export function matchesOf(person: Person, criteria: Criteria): Match[] {
  const isSame = (key: (text: string) => string, a: string | null, b: string | undefined) =>
    a !== null && b !== undefined && key(a) === key(b)
  const matches: Record<keyof Criteria, boolean> = {
    email: isSame(fold, person.email, criteria.email),
    phone: isSame(phoneKey, person.phone, criteria.phone),
    postcode: isSame((text) => text, person.postcode, criteria.postcode),
    name: isSame(fold, person.name, criteria.name),
  }
  return (['email', 'phone', 'postcode', 'name'] as const).filter((criterion) => matches[criterion])
}

/**
 * True where a record is taken to be the resident's: it has the email address or the phone number, or both name and postcode.
 * One alone of the latter may be a neighbour's or a namesake's.
 */
export function isSure(matches: readonly Match[]): boolean {
  const has = (match: Match) => matches.includes(match)
  return has('email') || has('phone') || has('conversion') || (has('name') && has('postcode'))
}
