import { runSpecs } from '../support/suite'

runSpecs(import.meta.glob('../security/*.spec.ts'))
