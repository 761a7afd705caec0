import { setTimeout as sleep } from 'node:timers/promises'
import { count, type KeptCase, type Ledger } from './ledger'
import { type Answer, type Sender, sender } from './requests'

/** A tenant under load, and its two keys: one that writes, and one whose window is always full. */
export interface Tenant {
  ledger: Ledger
  writer: string
  tight: string
  /** Third group of its residents' IPv6 addresses. */
  network: string
}

const statuses = ['open', 'in_progress', 'resolved', 'closed'] as const

/** Callers that write at the same time, for each tenant. */
const writers = 3

/** Puts a tenant under load. Resolves when `isOver` and every answer is known. */
export async function load(tenant: Tenant, port: number, isOver: () => boolean): Promise<void> {
  const sending = sender(port, tenant.ledger)
  const until = async (work: (turn: number) => Promise<unknown>, pauseMs: number) => {
    for (let turn = 0; !isOver(); turn++) {
      await work(turn)
      await sleep(pauseMs * (0.5 + Math.random()))
    }
  }
  const me = { path: '/api/me', window: 'tight', headers: { 'X-API-Key': tenant.tight } }
  const wards = {
    path: `/api/public/${tenant.ledger.slug}/wards`,
    window: 'address',
    headers: { 'CF-Connecting-IP': `2001:db8:${tenant.network}:ffff::1` },
  }
  await Promise.all([
    ...Array.from({ length: writers }, (_, at) => {
      const caller = writing(tenant, sending, `w${at}`)
      return until(caller, 100)
    }),
    until((turn) => contact(tenant, sending, turn), 300),
    until(() => sending.ask(me), 60),
    until(() => sending.ask(wards), 1000),
  ])
}

/** One caller with cases of its own, that nobody else changes. */
function writing({ ledger, writer }: Tenant, sending: Sender, name: string): (turn: number) => Promise<unknown> {
  const own: KeptCase[] = []
  const request = { window: 'writer', headers: { 'X-API-Key': writer } }

  const post = async (path: string, mark: string, json: object): Promise<Record<string, string>> => {
    const sent = {
      ...request,
      method: 'POST' as const,
      path,
      json,
      headers: { ...request.headers, 'Idempotency-Key': mark },
    }
    const answer = await sending.askUntilKnown(sent)
    acknowledged(ledger, `POST ${path.replace(/\/[0-9A-Z]{26}\//, '/{id}/')}`, answer, 201)
    if (Math.random() < 0.2) requireSame(ledger, mark, answer, await sending.askUntilKnown(sent))
    return bodyOf(answer)
  }

  async function create(turn: number): Promise<void> {
    const mark = `${name}-${turn}`
    const summary = `Street light ${mark} is out`
    const json = {
      residentName: 'Ada Example',
      summary,
      internalRef: mark,
      description: 'Fore Street, by the library.',
    }
    const { id = '', reference = '', status = '' } = await post('/api/cases', mark, json)
    const made = { id, reference, mark, version: 1, summary, status, notes: [] }
    own.push(made)
    ledger.cases.push(made)
  }

  async function note(one: KeptCase, turn: number): Promise<void> {
    const body = `Note ${name}-${turn}`
    await post(`/api/cases/${one.id}/notes`, `${name}-${turn}`, { body })
    one.version++
    one.notes.push(body)
  }

  async function patch(one: KeptCase, change: { summary: string } | { status: string }): Promise<void> {
    const path = `/api/cases/${one.id}`
    const answer = await sending.ask({ ...request, method: 'PATCH', path, json: { ...change, version: one.version } })
    if (answer.status === 429) return
    if (answer.status > 0 && answer.status < 500) acknowledged(ledger, 'PATCH /api/cases/{id}', answer, 200)
    else {
      // Nobody else changes it, so its version says whether this was written.
      const found = await sending.askUntilKnown({ ...request, path })
      acknowledged(ledger, 'GET /api/cases/{id}', found, 200)
      if (bodyOf(found).version === one.version) return
      count(ledger, 'written without an answer')
    }
    one.version++
    Object.assign(one, change)
  }

  async function read(one: KeptCase): Promise<void> {
    const paths = [
      `/api/cases/${one.id}`,
      '/api/cases?pageSize=20',
      `/api/cases?search=${one.mark}`,
      '/api/changes?limit=100',
    ]
    const path = paths[Math.floor(Math.random() * paths.length)] ?? ''
    const answer = await sending.ask({ ...request, path })
    if (answer.status > 0 && answer.status < 500) acknowledged(ledger, 'reads', answer, 200)
  }

  return async (turn) => {
    const one = own[Math.floor(Math.random() * own.length)]
    const chance = Math.random()
    if (!one || chance < 0.3) return create(turn)
    if (chance < 0.5) return note(one, turn)
    if (chance < 0.65) return patch(one, { summary: `Street light ${one.mark} is out (${turn})` })
    if (chance < 0.75)
      return patch(one, {
        status:
          statuses.find((status) => status !== one.status && Math.random() < 0.5) ??
          (one.status === 'open' ? 'resolved' : 'open'),
      })
    return read(one)
  }
}

/** A resident's message, each from another address. */
async function contact({ ledger, network }: Tenant, sending: Sender, turn: number): Promise<void> {
  const mark = `The bin of house ${turn} was not emptied.`
  const sent = {
    method: 'POST' as const,
    path: `/api/public/${ledger.slug}/contact`,
    window: `resident ${turn}`,
    headers: {
      'CF-Connecting-IP': `2001:db8:${network}:${turn.toString(16)}::1`,
      'Idempotency-Key': `message-${turn}`,
    },
    json: { name: 'Ada Example', email: 'ada@example.com', message: mark },
  }
  // Its address may ask five times in an hour.
  const answer = await sending.askUntilKnown(sent, 5)
  const isKnown = answer.status > 0 && answer.status < 500 && answer.status !== 429
  if (isKnown) acknowledged(ledger, 'POST /api/public/{tenant}/contact', answer, 201)
  ledger.messages.push({ mark, reference: isKnown ? bodyOf(answer).reference : undefined })
}

function acknowledged(ledger: Ledger, name: string, { status, replayed, body }: Answer, expected: number): void {
  count(ledger, name)
  if (replayed) count(ledger, 'replays')
  if (status !== expected) ledger.faults.push(`${ledger.slug}: ${name} answered ${status}: ${body.slice(0, 200)}`)
}

function requireSame(ledger: Ledger, mark: string, first: Answer, again: Answer): void {
  count(ledger, 'replays')
  if (again.status === first.status && again.body === first.body && again.replayed) return
  ledger.faults.push(`${ledger.slug}: ${mark} was answered differently when it was repeated: ${again.status}`)
}

const bodyOf = ({ body }: Answer) => {
  try {
    return JSON.parse(body)
  } catch {
    return {}
  }
}
