import { afterAll, beforeAll, describe } from 'vitest'
import { describeGateway } from './client/gateway'
import { type Installed, installClient } from './client/installed'

let installed: Installed

beforeAll(async () => {
  installed = await installClient()
})

afterAll(() => installed?.remove())

describe('with the gateway', () => describeGateway(() => installed))
