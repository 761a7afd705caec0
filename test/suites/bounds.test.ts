import { runSpecs } from '../support/suite'

// A hundred thousand rows of each kind, in a database of their own.
runSpecs(import.meta.glob('../bounds/*.spec.ts'))
