import { runSpecs } from '../support/suite'

runSpecs(import.meta.glob(['../gate/*.spec.ts', '!../gate/{late-writes,outage}.spec.ts']))
