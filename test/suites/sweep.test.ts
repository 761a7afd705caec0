import { runSpecs } from '../support/suite'

// The sweep empties tables, and so shares them with nothing that counts on its rows.
runSpecs(import.meta.glob(['../jobs/*.spec.ts', '../gate/outage.spec.ts']))
