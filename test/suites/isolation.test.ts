import { runSpecs } from '../support/suite'

// Two tenants who look alike, and nobody else.
runSpecs(import.meta.glob('../reliability/isolation*.spec.ts'))
