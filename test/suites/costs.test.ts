import { runSpecs } from '../support/suite'

// These share the many cases that they count.
runSpecs(import.meta.glob(['../cost/*.spec.ts', '../db/*.spec.ts', '../routes/{case-list,case-search-walks}.spec.ts']))
