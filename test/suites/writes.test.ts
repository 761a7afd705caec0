import { runSpecs } from '../support/suite'

// These compare every row before and after, and so have a database to themselves.
runSpecs(import.meta.glob(['../gate/late-writes.spec.ts', '../routes/overtaken-writes.spec.ts']))
