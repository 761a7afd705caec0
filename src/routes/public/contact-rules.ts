import canonicalize from 'canonicalize'
import { recordAudit } from '../../db/audit'
import { recordChange } from '../../db/changes'
import {
  contactLookups,
  duplicateForMs,
  insertSubmission,
  messageRoute,
  type Receipt,
  type Spent,
  ticketRoute,
} from '../../db/contact'
import { uniqueViolation } from '../../db/database-error'
import { choicesAreUsable } from '../../db/guards'
import { type Idempotency, storedResult, storeResult } from '../../db/idempotency'
import { takeNumber } from '../../db/numbers'
import { changeOfNewSubmission } from '../../db/submissions'
import { fold } from '../../domain/fold'
import { sha256Hex } from '../../domain/hash'
import { newId } from '../../domain/id'
import { type Evidence, spamReasonsOf } from '../../domain/spam'
import { searchKey } from '../../domain/submission-search'
import { ApiError, type FieldError, invalidFields } from '../../errors'
import type { PublicGate } from '../../gate/public-gate'
import { rethrowOvertaken, unknownReference } from '../../http/conflicts'
import type { Contact, ContactAnswer } from './contact-schemas'

/** The answer to the sender of a message. */
export function contactAnswer(reference: string): ContactAnswer {
  return { reference, message: 'Thank you. Your message has been sent.' }
}

/** Data of a message other than its fields. */
export interface FormEvidence {
  /** The form's one-time ticket. The API has none. */
  ticket?: string
  /** Evaluated once the request is admitted. */
  evidence?: () => Promise<Evidence>
}

/**
 * Takes a resident's message, in two trips: counts the request, finds the ward, sorts out spam and keeps it. The same
 * message of the same client within a minute is kept once and gets the same receipt, and so is a form that is sent
 * twice. Spam is kept as such and gets an ordinary receipt. Throws what `PublicGate.read` throws, 422 for a ward or
 * category that is not the tenant's, and 409 for a ticket that was spent on another message.
 */
export async function receiveContact(gate: PublicGate, contact: Contact, form: FormEvidence = {}): Promise<Receipt> {
  const fields = fieldsOf(contact)
  const textHash = await sha256Hex(saidBy(fields))
  const requestHash = await sha256Hex(canonicalize(fields) ?? '')
  const message = { route: messageRoute, key: `${textHash}:${requestHash}`, requestHash }
  const ticket = form.ticket ? { route: ticketRoute, key: form.ticket, requestHash } : undefined
  const asked = { ...fields, textHash, messageKey: message.key, ticket: ticket?.key ?? null }
  const { found } = await gate.read(asked, { found: contactLookups })
  if (!found) throw new Error('An admitted request of a known tenant has no lookups')
  if (found.spent) return receiptOf(found.spent, requestHash)
  requireKnown(fields, found)

  return settle(gate, message, ticket, async () => {
    if (found.duplicate) return fileAgain(gate, found.duplicate, ticket)
    const spamReasons = await reasonsOf(gate, fields, found, form)
    const [ward, ...others] = found.wardsAtPostcode
    const wardId = fields.wardId ?? (others.length === 0 ? ward : undefined) ?? null
    return keep(gate, fields, { wardId, spamReasons }, message, ticket)
  }).catch(rethrowOvertaken)
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

/** Text that identifies a duplicate of the same sender: a corrected reply address makes it new. */
function saidBy({ message, email, phone }: Fields): string {
  return [message, email ?? '', phone ?? ''].map(fold).join('\n')
}

function requireKnown(asked: Fields, found: { ward: string | null; category: string | null }): void {
  const fields: Record<string, FieldError> = {
    ...(asked.wardId && !found.ward && { wardId: unknownReference }),
    ...(asked.categoryId && !found.category && { categoryId: unknownReference }),
  }
  if (Object.keys(fields).length > 0) throw invalidFields(fields)
}

function receiptOf(spent: Spent, requestHash: string): Receipt {
  if (spent.requestHash !== requestHash) throw new ApiError('conflict', { message: 'This form has already been sent' })
  return spent.receipt
}

async function reasonsOf(
  { actor }: PublicGate,
  { name, address, message }: Fields,
  { isSaidAgain }: { isSaidAgain: boolean },
  { evidence }: FormEvidence,
): Promise<string[]> {
  const given = (await evidence?.()) ?? {}
  return spamReasonsOf({ texts: [name, address, message], evidence: given, now: actor.now, isSaidAgain })
}

/** Spent tickets belong to the tenant, not the client. */
const ofTenant = ({ actor }: PublicGate) => ({ ...actor, familyId: actor.tenantId })

/** Stores a message's existing receipt under this request's own `Idempotency-Key` or ticket. */
async function fileAgain(gate: PublicGate, receipt: Receipt, ticket: Idempotency | undefined): Promise<Receipt> {
  const { actor, idempotency } = gate
  if (idempotency || ticket) {
    await gate.write({
      result: storeResult(actor, idempotency, { status: 201, body: contactAnswer(receipt.reference) }),
      ticket: storeResult(ofTenant(gate), ticket, { status: 201, body: receipt }),
    })
  }
  return receipt
}

/** Does the work, or returns the receipt of a concurrent request with the same ticket or message. */
async function settle(
  gate: PublicGate,
  message: Idempotency,
  ticket: Idempotency | undefined,
  work: () => Promise<Receipt>,
): Promise<Receipt> {
  try {
    return await work()
  } catch (error) {
    if (!uniqueViolation(error)?.startsWith('idempotency.')) throw error
    const { tenantId, familyId } = gate.actor
    const { spent, winner } = await gate.write({
      spent: storedResult.bind({ route: ticketRoute, key: ticket?.key ?? null, owner: tenantId }),
      winner: storedResult.bind({ ...message, owner: familyId }),
    })
    const { requestHash } = message
    if (spent) return receiptOf({ requestHash: spent.requestHash, receipt: JSON.parse(spent.body) }, requestHash)
    if (!winner) throw error
    return settle(gate, message, ticket, () => fileAgain(gate, JSON.parse(winner.body), ticket))
  }
}

/** Writes a message with its audit entry and stored results, and returns its receipt. */
async function keep(
  gate: PublicGate,
  fields: Fields,
  found: { wardId: string | null; spamReasons: string[] },
  message: Idempotency,
  ticket: Idempotency | undefined,
): Promise<Receipt> {
  const { actor, idempotency, write } = gate
  const submissionId = newId(actor.now)
  const number = { kind: 'CF', year: new Date(actor.now).getUTCFullYear() }
  const status = found.spamReasons.length > 0 ? 'spam' : 'new'
  const receipt = { status: 201, body: { submissionId, reference: '' }, number } as const
  const { kept } = await write({
    audit: recordAudit(actor, 'submission.create', submissionId),
    // The message and the stored results read it.
    number: takeNumber.bind({ ...actor, ...number }),
    kept: insertSubmission.bind({
      ...{ ...actor, ...number, ...fields, ...found },
      submissionId,
      status,
      searchKey: searchKey(fields),
    }),
    result: storeResult(actor, idempotency, { status: 201, body: contactAnswer(''), number }),
    ticket: storeResult(ofTenant(gate), ticket, receipt),
    message: storeResult(actor, message, receipt, duplicateForMs),
    usable: choicesAreUsable.bind({ ...actor, ...fields }),
    ...(status === 'new' && {
      change: recordChange({ ...actor, submissionId }, 'contact_submitted', changeOfNewSubmission),
    }),
  })
  return { reference: kept.reference, submissionId }
}
