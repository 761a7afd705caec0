import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { turnstileVerdict } from '../../src/upstream/turnstile'

const settings = { ...env, TURNSTILE_SITE_KEY: 'site-key', TURNSTILE_SECRET: 'secret-of-tests' }

const form = '6b3f3c0e-4f0a-4f55-9f0e-1a2b3c4d5e6f'

/** A server that answers in one way, and what it was asked. */
function serverOf(answer: () => Response | Promise<Response>) {
  const asked: Request[] = []
  const ask: typeof fetch = async (input, init) => {
    asked.push(new Request(input instanceof URL ? String(input) : input, init))
    expect(init?.signal).toBeInstanceOf(AbortSignal)
    return answer()
  }
  return { ask, asked }
}

describe('The bot check', () => {
  it('asks Cloudflare about the token, under the secret', async () => {
    const { ask, asked } = serverOf(() => Response.json({ success: true }))
    expect(await turnstileVerdict(settings, 'token-1', form, ask)).toBe('passed')
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST https://challenges.cloudflare.com/turnstile/v0/siteverify',
    ])
    expect([...((await asked[0]?.formData()) ?? [])]).toEqual([
      ['secret', 'secret-of-tests'],
      ['response', 'token-1'],
      ['idempotency_key', form],
    ])
  })

  it('fails for a token that Cloudflare refuses, and without one unasked', async () => {
    const { ask, asked } = serverOf(() => Response.json({ success: false, 'error-codes': ['timeout-or-duplicate'] }))
    expect(await turnstileVerdict(settings, 'token-1', form, ask)).toBe('failed')
    expect(await turnstileVerdict(settings, undefined, form, ask)).toBe('failed')
    expect(await turnstileVerdict(settings, '', form, ask)).toBe('failed')
    expect(asked).toHaveLength(1)
  })

  it('says nothing where Cloudflare does not answer as it should', async () => {
    for (const answer of [
      () => new Response('Bad gateway', { status: 502 }),
      () => Response.json({ ok: 1 }),
      () => Promise.reject(new TypeError('Network connection lost.')),
    ]) {
      expect(await turnstileVerdict(settings, 'token-1', form, serverOf(answer).ask)).toBeUndefined()
    }
  })

  it.each([{}, { TURNSTILE_SITE_KEY: 'site-key' }, { TURNSTILE_SECRET: 'secret-of-tests' }])(
    'is off, and asks nobody, with no more than %j',
    async (some) => {
      const { ask, asked } = serverOf(() => Response.json({ success: false }))
      expect(await turnstileVerdict({ ...env, ...some }, 'token-1', form, ask)).toBeUndefined()
      expect(asked).toEqual([])
    },
  )
})
