/**
 * How long residents' data is kept: what the daily job goes by, and what the privacy notice says. Details in closed cases
 * are removed by each tenant's own `anonymiseAfterMonths`.
 */
export const retention = {
  /** Messages that did not become a case, from the day they were dealt with. */
  submissionMonths: 6,
  spamDays: 30,
  auditMonths: 24,
  /** Entries about who was given a resident's data. */
  disclosureMonths: 24,
} as const
