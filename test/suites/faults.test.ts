import { runSpecs } from '../support/suite'

// These empty the database between their scenes, and so have it to themselves.
runSpecs(import.meta.glob('../reliability/faults*.spec.ts'))
