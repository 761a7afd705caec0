import canonicalize from 'canonicalize'
import { uniqueViolation } from '../db/batch'
import { contactLookups, duplicateForMs, insertSubmission, messageRoute, type Receipt } from '../db/contact'
import { filedResult, recordAct, recordResult, takeNumber } from '../db/records'
import { newId } from '../domain/id'
import { type Evidence, sameText, spamReasonsOf } from '../domain/spam'
import { type FieldFault, invalidFields } from '../errors'
import { sha256Hex } from '../gate/hash'
import type { PublicTrip } from '../gate/public-trip'
import type { Contact, ContactAnswer } from './contact-schemas'

/** What the sender of a message is told. */
export function contactAnswer(reference: string): ContactAnswer {
  return { reference, message: 'Thank you. Your message has been sent.' }
}

/**
 * Takes a resident's message, in two trips: counts the request, finds the ward, sorts out spam and keeps it. The same
 * message of the same client within a minute is kept once and gets the same receipt. Spam is kept as such and gets an
 * ordinary receipt. Throws what `PublicTrip.read` throws, and 422 for a ward or category that is not the tenant's.
 */
export async function receiveContact(trip: PublicTrip, contact: Contact, evidence: Evidence): Promise<Receipt> {
  const fields = fieldsOf(contact)
  const textHash = await sha256Hex(sameText(fields.message))
  const requestHash = await sha256Hex(canonicalize(fields) ?? '')
  const messageKey = `${textHash}:${requestHash}`
  const [[found]] = await trip.read({ ...fields, textHash, messageKey }, contactLookups)
  if (!found) throw new Error('An admitted request of a known tenant has no lookups')
  requireKnown(fields, found)
  if (found.duplicate) return repeated(trip, found.duplicate)

  const { name, address, message } = fields
  const { isSaidAgain } = found
  const spamReasons = spamReasonsOf({ texts: [name, address, message], evidence, now: trip.stamp.now, isSaidAgain })
  const [ward, ...others] = found.wardsAtPostcode
  const wardId = fields.wardId ?? (others.length === 0 ? ward : undefined) ?? null
  const filed = { route: messageRoute, key: messageKey, requestHash }
  try {
    return await keep(trip, { ...fields, wardId, spamReasons }, filed)
  } catch (error) {
    if (!uniqueViolation(error)?.startsWith('idempotency.')) throw error
    // Another request with the same message came first, at the very same moment.
    const [[winner]] = await trip.write(filedResult.bind({ ...filed, owner: trip.stamp.familyId }))
    if (!winner) throw error
    return repeated(trip, JSON.parse(winner.body))
  }
}

type Fields = ReturnType<typeof fieldsOf>

/** All fields, so that a null one and an absent one are the same message. */
function fieldsOf({ name, email, phone, postcode, address, categoryId, wardId, message }: Contact) {
  return {
    name,
    email: email ?? null,
    phone: phone ?? null,
    postcode: postcode ?? null,
    address: address ?? null,
    categoryId: categoryId ?? null,
    wardId: wardId ?? null,
    message,
  }
}

function requireKnown(asked: Fields, found: { ward: string | null; category: string | null }): void {
  const fault: FieldFault = { code: 'unknown_reference', message: 'Refers to nothing that can be used here' }
  const fields: Record<string, FieldFault> = {
    ...(asked.wardId && !found.ward && { wardId: fault }),
    ...(asked.categoryId && !found.category && { categoryId: fault }),
  }
  if (Object.keys(fields).length > 0) throw invalidFields(fields)
}

/** Files the receipt that a message already has under this request's own `Idempotency-Key`, where it has one. */
async function repeated(trip: PublicTrip, { reference, submissionId }: Receipt): Promise<Receipt> {
  const { stamp, idempotency } = trip
  if (idempotency) {
    await trip.write(recordResult(stamp, idempotency, { status: 201, body: contactAnswer(reference) }))
  }
  return { reference, submissionId }
}

/** Writes a message with everything that tells of it, and yields its receipt. */
async function keep(
  { stamp, idempotency, write }: PublicTrip,
  message: Fields & { spamReasons: string[] },
  filed: { route: string; key: string; requestHash: string },
): Promise<Receipt> {
  const submissionId = newId(stamp.now)
  const number = { kind: 'CF', year: new Date(stamp.now).getUTCFullYear() }
  const status = message.spamReasons.length > 0 ? 'spam' : 'new'
  // Results are filed before the message: who loses a race must run into them.
  const [, , , [kept]] = await write(
    takeNumber.bind({ ...stamp, ...number }),
    recordResult(stamp, idempotency, { status: 201, body: contactAnswer(''), number }),
    recordResult(stamp, filed, { status: 201, body: { submissionId, reference: '' }, number }, duplicateForMs),
    insertSubmission.bind({ ...stamp, ...number, ...message, submissionId, status }),
    recordAct(stamp, 'submission.create', submissionId),
  )
  if (!kept) throw new Error('A kept message has no reference')
  return { reference: kept.reference, submissionId }
}
