import { afterAll, beforeAll, describe } from 'vitest'
import { describeErrors } from './client/errors'
import { type Installed, installClient } from './client/installed'
import { describeLists } from './client/lists'
import { describePacing } from './client/pacing'
import { describePackage } from './client/package'
import { describeRetries } from './client/retries'
import { describeTypes } from './client/types'
import { describeWebhooks } from './client/webhooks'

let installed: Installed

beforeAll(async () => {
  installed = await installClient()
})

afterAll(() => installed?.remove())

describe('retries', () => describeRetries(() => installed))
describe('errors', () => describeErrors(() => installed))
describe('lists', () => describeLists(() => installed))
describe('package', () => describePackage(() => installed))
describe('types', () => describeTypes(() => installed))
describe('pacing', () => describePacing(() => installed))
describe('webhooks', () => describeWebhooks(() => installed))
