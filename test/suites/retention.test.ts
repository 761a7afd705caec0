import { runSpecs } from '../support/suite'

// A hundred thousand cases, in a database of their own.
runSpecs(import.meta.glob('../retention/*.spec.ts'))
