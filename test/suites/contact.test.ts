import { runSpecs } from '../support/suite'

runSpecs(import.meta.glob(['../routes/{contact,public,report,submission}*.spec.ts', '../pages/*.spec.ts']))
