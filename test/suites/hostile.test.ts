import { runSpecs } from '../support/suite'

// Thousands of requests, all against one database.
runSpecs(import.meta.glob('../reliability/hostile*.spec.ts'))
