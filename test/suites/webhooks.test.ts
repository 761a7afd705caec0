import { runSpecs } from '../support/suite'

runSpecs(import.meta.glob('../webhooks/*.spec.ts'))
