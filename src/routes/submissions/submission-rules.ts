import type { Context } from 'hono'
import type { AppEnv } from '../../app-env'
import { recordAnotherAudit, recordAudit } from '../../db/audit'
import { caseReferences } from '../../db/cases/case-references'
import { addEntry, changeOfNewCase, insertCase } from '../../db/cases/cases'
import { recordChange } from '../../db/changes'
import { uniqueViolation } from '../../db/database-error'
import { referencesAreUsable } from '../../db/guards'
import { storeResult } from '../../db/idempotency'
import { takeNumber } from '../../db/numbers'
import {
  auditOfSubmissionChange,
  changeOfConversion,
  changeOfSpamToNew,
  changeOfSubmission,
  convertSubmission,
  type Submission as Found,
  submissionAfterWrite,
  submissionById,
  submissionIsThere,
  updateSubmission,
} from '../../db/submissions'
import { firstLine } from '../../domain/first-line'
import { ApiError } from '../../errors'
import type { Gate } from '../../gate/gate'
import { writeChange } from '../../http/change-versioned'
import { rethrowOvertaken } from '../../http/conflicts'
import { expectedVersion, requireVersion } from '../../http/etag'
import {
  assigneeOfNew,
  insertedCase,
  newCase,
  referenceValues,
  requireReferences,
  requireUntaken,
} from '../cases/case-rules'
import type { Case } from '../cases/case-schemas'
import type { Conversion, Submission, SubmissionChanges } from './submission-schemas'

/** A submission as presented by the API. */
export function presentSubmission(found: Found): Submission {
  const { made, version, createdAt, updatedAt, ward, category, message, spamReasons, ...contact } = found
  const caseId = made?.id ?? null
  return { ...contact, ward, category, message, spamReasons, caseId, version, createdAt, updatedAt }
}

/** 409 for a converted submission; names its case to callers who can see it. */
function alreadyConverted(made: Found['made'] | undefined): ApiError {
  return new ApiError('conflict', {
    message: 'This submission has been converted to a case',
    ...(made && { details: { existing: made } }),
  })
}

/** Changes a submission's status. */
export async function changeSubmission(
  c: Context<AppEnv>,
  id: string,
  { status, version }: SubmissionChanges,
): Promise<Found> {
  const { gate } = c.var
  const { found } = await gate.read({ id }, { found: submissionById })
  const expected = expectedVersion(c, version, found)
  requireOpen(found)
  requireVersion(expected, found)
  if (found.status === status) {
    await gate.disclose('submission', () => [id])
    return found
  }

  const target = { ...gate.actor, id, status, expectedVersion: expected ?? null }
  const batch = {
    audit: recordAudit(target, 'submission.update', id, auditOfSubmissionChange),
    arrival: recordChange(target, 'contact_submitted', changeOfSpamToNew),
    change: recordChange(target, 'submission_updated', changeOfSubmission),
    updated: updateSubmission.bind(target),
    disclosed: gate.disclosing('submission', id),
    after: submissionAfterWrite.bind(target),
  }
  const { after } = await writeChange(gate, expected, batch, (left) => {
    requireOpen(left)
    requireVersion(expected, left)
  })
  return after
}

/** Converts a submission to a case, once: a second conversion, even a concurrent one, is 409. */
export async function convertToCase(gate: Gate, id: string, body: Conversion): Promise<Case> {
  const { submission, references } = await gate.read(
    { id, ...referenceValues(body) },
    { submission: submissionById, references: caseReferences },
  )
  const assigneeId = assigneeOfNew(gate, body.assigneeId)
  if (!submission) throw new ApiError('not_found')
  requireReferences(body, references)
  requireOpen(submission)
  requireUntaken(gate, references.taken)

  // The submission's own ward and category stay, even where they have been disabled since.
  const ward = body.wardId === undefined ? submission.ward : references.ward
  const category = body.categoryId === undefined ? submission.category : references.category
  const made = newCase(
    gate,
    { ...contentOf(submission, body), wardId: ward?.id, categoryId: category?.id, assigneeId },
    { ...references, ward, category },
  )
  return insert(gate, id, made, body)
}

/** Content of a new case, from the body or else the submission. */
function contentOf(submission: Found, { summary, description, internalRef, externalId }: Conversion) {
  return {
    residentName: submission.name,
    residentEmail: submission.email,
    residentPhone: submission.phone,
    residentAddress: submission.address,
    residentPostcode: submission.postcode,
    summary: summary ?? firstLine(submission.message, 255),
    description: description === undefined ? submission.message : description,
    internalRef,
    externalId,
    sourceChannel: 'web_form' as const,
  }
}

/** Inserts a submission's case with its entries, and returns it as stored. */
async function insert(
  gate: Gate,
  submissionId: string,
  made: ReturnType<typeof newCase>,
  asked: Conversion,
): Promise<Case> {
  const { actor } = gate
  const number = { kind: 'CW', year: new Date(actor.now).getUTCFullYear() }
  const values = { ...actor, ...number, ...made, submissionId, expectedVersion: null }
  const [entry] = made.timeline
  const location = `/api/cases/${made.id}`
  const { inserted } = await gate
    .write({
      audit: recordAudit(actor, 'case.create', made.id),
      // The stored result and the case read it.
      number: takeNumber.bind(values),
      // Before the case, so that a concurrent retry fails here rather than on the submission.
      result: storeResult(actor, gate.idempotency, { status: 201, location, body: made, number }),
      there: submissionIsThere.bind(values),
      usable: referencesAreUsable.bind({ ...values, ...referenceValues(asked) }),
      inserted: insertCase.bind(values),
      entry: addEntry.bind({ ...values, entryId: entry.id, type: entry.type, body: null }),
      newCase: recordChange(values, 'case_created', changeOfNewCase),
      change: recordChange(values, 'submission_updated', changeOfConversion),
      converted: convertSubmission.bind({ ...actor, id: submissionId }),
      disclosed: gate.disclosing('case', made.id),
      auditOfConversion: recordAnotherAudit(actor, 'submission.convert', submissionId),
    })
    .catch(async (error) => {
      if (!uniqueViolation(error)?.includes('submission_id')) return rethrowOvertaken(error)
      const { after } = await gate.write({ after: submissionAfterWrite.bind({ ...actor, id: submissionId }) })
      throw alreadyConverted(after?.made)
    })
  return insertedCase(made, inserted)
}

function requireOpen(found: Found | undefined): asserts found is Found {
  if (!found) throw new ApiError('not_found')
  if (found.status === 'converted') throw alreadyConverted(found.made)
}
