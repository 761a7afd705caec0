import { runSpecs } from '../support/suite'

// Every route that is in no other entry.
runSpecs(
  import.meta.glob([
    '../routes/*.spec.ts',
    '!../routes/{case,contact,public,report,submission}*.spec.ts',
    '!../routes/overtaken-writes.spec.ts',
  ]),
)
