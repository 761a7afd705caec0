import type { Context } from 'hono'
import { z } from 'zod'
import type { AppEnv } from '../../app-env'

/** A form that could not be taken, to be sent again. */
export interface KeptForm {
  /** The form's address. */
  action: string
  /** What was typed, without its ticket. */
  pairs: readonly (readonly [name: string, value: string])[]
}

/** The form that was sent, or, of a form with a key, which no page repeats, the one that was to be sent after it. */
export function keptOf(c: Context<AppEnv>): KeptForm | undefined {
  const form = c.get('form')
  if (!form) return
  if ('key' in form.fields) return readKept(form.fields.kept ?? '')
  const pairs = form.pairs.filter(([name]) => name !== 'ticket')
  return pairs.length > 0 ? { action: c.req.path, pairs } : undefined
}

const Pairs = z.array(z.tuple([z.string(), z.string()]))

/** A kept form as a text, and back: undefined for a text that is none, or whose form would go anywhere but to the console. */
export const keptText = (kept: KeptForm): string => JSON.stringify(kept)

export function readKept(text: string): KeptForm | undefined {
  try {
    const { action, pairs }: { action?: unknown; pairs?: unknown } = JSON.parse(text)
    const { success, data } = Pairs.safeParse(pairs)
    return success && typeof action === 'string' && isInConsole(action) ? { action, pairs: data } : undefined
  } catch {
    return
  }
}

/** True for the address of a page of the console, as a browser would read it. */
export function isInConsole(address: string): boolean {
  const here = 'https://console.invalid'
  if (!URL.canParse(address, here)) return false
  const { origin, pathname, search } = new URL(address, here)
  return origin === here && address === pathname + search && /^\/console(\/|$)/.test(pathname)
}

/** Fields in which somebody writes, by their labels. What was chosen goes along unseen. */
const labels: Readonly<Record<string, string>> = {
  body: 'Note',
  summary: 'Summary',
  description: 'Description',
  internalRef: 'Your own reference',
  name: 'Name',
  url: 'Address',
}

/** What was typed, to read, to copy and to send again. */
export function Kept({ kept, ticket }: { kept: KeptForm; ticket: string }) {
  const shown = kept.pairs.flatMap(([name, value]) =>
    labels[name] && value.trim() !== '' ? [[labels[name], value] as const] : [],
  )
  return (
    <form method="post" action={kept.action}>
      <h2>What you typed</h2>
      <p>It is kept on this page, with what you chose, while the page is open.</p>
      <dl class="summary-list">
        {shown.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="lines">{value}</dd>
          </div>
        ))}
      </dl>
      <input type="hidden" name="ticket" value={ticket} />
      {kept.pairs.map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <button type="submit">Send it again</button>
    </form>
  )
}
