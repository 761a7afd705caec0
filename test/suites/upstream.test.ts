import { runSpecs } from '../support/suite'

runSpecs(
  import.meta.glob(['../domain/*.spec.ts', '../upstream/*.spec.ts', '../openapi/*.spec.ts', '../http/*.spec.ts']),
)
