import { expect, it } from 'vitest'
import { caseFaults, messageFaults, numberFaults } from './checks'
import { deliveryFaults } from './receiver'
import { type Attempt, mostAdmitted, refusedEarly, windowFaults } from './windows'

const admitted = (sentAt: number, endedAt = sentAt + 1): Attempt => ({ sentAt, endedAt, outcome: 'admitted' })
const refused = (sentAt: number): Attempt => ({ sentAt, endedAt: sentAt + 1, outcome: 'refused' })
const unknown = (sentAt: number): Attempt => ({ sentAt, endedAt: sentAt + 1, outcome: 'unknown' })
const window = { limit: 2, windowMs: 100 }

it('counts as admitted in one window only what was sent and answered within it', () => {
  expect(mostAdmitted([admitted(0), admitted(50), admitted(98)], window)).toBe(3)
  expect(mostAdmitted([admitted(0), admitted(50), admitted(99)], window)).toBe(2)
  expect(mostAdmitted([admitted(0), unknown(50), refused(60)], window)).toBe(1)
  expect(mostAdmitted([], window)).toBe(0)
})

it('takes a refusal for early only if too few can have been in the window', () => {
  expect(refusedEarly([admitted(0), admitted(10), refused(50)], window)).toEqual([])
  expect(refusedEarly([admitted(0), unknown(10), refused(50)], window)).toEqual([])
  expect(refusedEarly([admitted(0), refused(10), refused(50)], window)).toEqual([refused(10), refused(50)])
  expect(refusedEarly([admitted(0), admitted(10), refused(101)], window)).toEqual([refused(101)])
})

it('says what is wrong with a window and with what its row has counted', () => {
  const attempts = [admitted(0), admitted(10), unknown(20), refused(50)]
  expect([2, 3].flatMap((counted) => windowFaults('w', attempts, window, counted))).toEqual([])
  expect([1, 4].flatMap((counted) => windowFaults('w', attempts, window, counted))).toEqual([
    'w: 1 counted, of 2 admitted and 1 of unknown outcome',
    'w: 4 counted, of 2 admitted and 1 of unknown outcome',
  ])
  expect(windowFaults('w', [admitted(0), admitted(1), admitted(2)], window, 3)).toEqual([
    'w: 3 admitted in a window of 2',
  ])
  expect(windowFaults('w', [refused(0)], window, 0)).toEqual(['w: 1 refused although the window had room'])
})

const kept = {
  id: 'i1',
  reference: 'CW-2026-0001',
  mark: 'm1',
  version: 3,
  summary: 's',
  status: 'open',
  notes: ['a', 'b'],
}
const ledger = { slug: 't', cases: [kept] }

it('finds a case that is lost, there twice, changed, or unknown to its caller', () => {
  const stored = { ...kept, notes: ['b', 'a'], created: 1 }
  expect(caseFaults(ledger, [stored])).toEqual([])
  expect(caseFaults(ledger, [])).toEqual(['t: case CW-2026-0001 was acknowledged and is not there'])
  expect(caseFaults(ledger, [stored, stored])).toEqual(['t: case CW-2026-0001 is there 2 times'])
  expect(caseFaults(ledger, [{ ...stored, created: 0 }])).toEqual([
    't: case CW-2026-0001 has 0 changes of its creation',
  ])
  expect(caseFaults(ledger, [{ ...stored, notes: ['a'] }])).toEqual([
    't: case ["i1","CW-2026-0001",3,"s","open",["a","b"]] is ["i1","CW-2026-0001",3,"s","open",["a"]]',
  ])
  const other = { ...stored, mark: 'm2', reference: 'CW-2026-0002' }
  expect(caseFaults(ledger, [stored, other])).toEqual(['t: nobody knows of case CW-2026-0002'])
})

it('finds a message that is lost or there twice; one without an answer may be there or not', () => {
  const row = (reference: string) => ({ reference, message: 'm' })
  const told = { slug: 't', messages: [{ mark: 'm', reference: 'CF-2026-0001' }] }
  const untold = { slug: 't', messages: [{ mark: 'm', reference: undefined }] }
  expect(messageFaults(told, [row('CF-2026-0001')])).toEqual([])
  expect(messageFaults(told, [])).toEqual(['t: message CF-2026-0001 is there 0 times'])
  expect(messageFaults(told, [row('CF-2026-0002')])).toEqual(['t: message CF-2026-0001 is there 1 times'])
  expect([[], [row('CF-2026-0001')]].flatMap((stored) => messageFaults(untold, stored))).toEqual([])
  expect(messageFaults(untold, [row('CF-2026-0001'), row('CF-2026-0002')])).toEqual(['t: message m is there 2 times'])
})

it('finds a gap, a repeat and a wrong beginning in numbers', () => {
  expect([[], [1], [2, 1, 3]].flatMap((numbers) => numberFaults('n', numbers))).toEqual([])
  expect([[1, 3], [1, 1], [2]].map((numbers) => numberFaults('n', numbers))).toEqual([
    ['n: not numbered 1 to 2 without gap or repeat, from 2 on'],
    ['n: not numbered 1 to 2 without gap or repeat, from 2 on'],
    ['n: not numbered 1 to 1 without gap or repeat, from 1 on'],
  ])
})

it('finds webhooks that never came, were not due or came late; repeats are allowed', () => {
  const due = [1, 2, 3].map((sequence) => ({ sequence, event: 'e', target_id: 'x' }))
  const came = (...sequences: number[]) => sequences.map((sequence) => ({ sequence, event: 'e', targetId: 'x' }))
  expect([came(1, 2, 3), came(1, 2, 1, 2, 3)].flatMap((all) => deliveryFaults('w', all, due))).toEqual([])
  expect(deliveryFaults('w', came(1, 3), due)).toEqual(['w: 1 of 3 never came: 2 e x'])
  expect(deliveryFaults('w', came(1, 2, 3, 4), due)).toEqual(['w: 1 came that were not due: 4 e x'])
  expect(deliveryFaults('w', came(1, 3, 2), due)).toEqual(['w: 1 came late: 2'])
})
