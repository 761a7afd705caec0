import type { Context } from 'hono'
import type { AppEnv } from '../app-env'
import { addEntry, caseReferences, insertCase } from '../db/cases'
import { uniqueViolation } from '../db/faults'
import { referencesAreUsable } from '../db/guards'
import { recordAct, recordResult, takeNumber } from '../db/records'
import {
  changeOfSubmission,
  convertSubmission,
  type Submission as Found,
  submissionAfterWrite,
  submissionById,
  submissionIsThere,
  updateSubmission,
} from '../db/submissions'
import { firstLine } from '../domain/first-line'
import { ApiError } from '../errors'
import type { Trip } from '../gate/trip'
import { assigneeOfNew, newCase, referenceValues, requireReferences, requireUntaken, settledAt } from './case-rules'
import type { Case } from './case-schemas'
import { rethrowOvertaken } from './changes'
import { expectedVersion, requireVersion } from './etag'
import type { Conversion, Submission, SubmissionChanges } from './submission-schemas'

/** A submission as the API shows it. */
export function presentSubmission(found: Found): Submission {
  const { made, version, createdAt, updatedAt, ward, category, message, spamReasons, ...contact } = found
  const caseId = made?.id ?? null
  return { ...contact, ward, category, message, spamReasons, caseId, version, createdAt, updatedAt }
}

/** 409 for a submission that a case was made of; which case is told to those who may see it. */
function alreadyConverted(made: Found['made'] | undefined): ApiError {
  return new ApiError('conflict', {
    message: 'This submission has been converted to a case',
    ...(made && { details: { existing: made } }),
  })
}

/** Files a submission under another status. */
export async function changeSubmission(
  c: Context<AppEnv>,
  id: string,
  { status, version }: SubmissionChanges,
): Promise<Found> {
  const { trip } = c.var
  const [[found]] = await trip.read({ id }, submissionById)
  const expected = expectedVersion(c, version)
  requireOpen(found)
  requireVersion(expected, found)
  if (found.status === status) return found

  const target = { ...trip.stamp, id, status, expectedVersion: expected ?? null }
  const [, updated, [after]] = await trip.write(
    recordAct(target, 'submission.update', id, changeOfSubmission),
    updateSubmission.bind(target),
    submissionAfterWrite.bind(target),
  )
  if (updated.length > 0 && after) return after
  requireOpen(after)
  requireVersion(expected, after)
  return after
}

/** Makes a case of a submission, once: who comes second, at whatever moment, is told so with 409. */
export async function convertToCase(trip: Trip, id: string, body: Conversion): Promise<Case> {
  const [[submission], references] = await trip.read({ id, ...referenceValues(body) }, submissionById, caseReferences)
  const assigneeId = assigneeOfNew(trip, body.assigneeId)
  if (!submission) throw new ApiError('not_found')
  requireReferences(body, references)
  requireOpen(submission)
  requireUntaken(trip, references.taken)

  // The submission's own ward and category stay, even where they have been disabled since.
  const ward = body.wardId === undefined ? submission.ward : references.ward
  const category = body.categoryId === undefined ? submission.category : references.category
  const made = newCase(
    trip,
    { ...contentOf(submission, body), wardId: ward?.id, categoryId: category?.id, assigneeId },
    { ...references, ward, category },
  )
  return { ...made, reference: await insert(trip, id, made, body) }
}

/** What a new case says, from the body or else the submission. */
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

/** Inserts a submission's case with everything that tells of it, and yields its reference. */
async function insert(trip: Trip, submissionId: string, made: Case, asked: Conversion): Promise<string> {
  const { stamp } = trip
  const number = { kind: 'CW', year: new Date(stamp.now).getUTCFullYear() }
  const values = { ...stamp, ...number, ...made, ...settledAt(made), submissionId, expectedVersion: null }
  const [entry] = made.timeline
  // The result is filed before the case: who loses a race on both must run into it, not into the submission.
  const [, , , , [inserted]] = await trip
    .write(
      takeNumber.bind(values),
      recordResult(stamp, trip.idempotency, { status: 201, location: `/api/cases/${made.id}`, body: made, number }),
      submissionIsThere.bind(values),
      referencesAreUsable.bind({ ...values, ...referenceValues(asked) }),
      insertCase.bind(values),
      addEntry.bind({ ...values, entryId: entry?.id, type: entry?.type, body: null }),
      convertSubmission.bind({ ...stamp, id: submissionId }),
      recordAct(stamp, 'case.create', made.id),
      recordAct(stamp, 'submission.convert', submissionId),
    )
    .catch(async (error) => {
      if (!uniqueViolation(error)?.includes('submission_id')) return rethrowOvertaken(error)
      const [[after]] = await trip.write(submissionAfterWrite.bind({ ...stamp, id: submissionId }))
      throw alreadyConverted(after?.made)
    })
  return inserted?.reference ?? ''
}

function requireOpen(found: Found | undefined): asserts found is Found {
  if (!found) throw new ApiError('not_found')
  if (found.status === 'converted') throw alreadyConverted(found.made)
}
