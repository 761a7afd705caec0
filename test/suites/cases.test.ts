import { runSpecs } from '../support/suite'

runSpecs(import.meta.glob(['../routes/case*.spec.ts', '!../routes/{case-list,case-search-walks}.spec.ts']))
