import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../../app-env'
import { withoutControls } from '../../domain/text'
import { ApiError, type FieldError } from '../../errors'
import { readBody } from '../../gate/body'
import { readFormBody } from '../form-body'

/** Reads the form that was sent, at most 256 KiB. Throws 413, and 400 for a form of which a part could not be read. */
export function readsForm() {
  return createMiddleware<AppEnv>(async function readsForm(c, next) {
    const form = await readFormBody(c.req.raw.headers, await readBody(c.req.raw))
    c.set('form', form)
    if (!form.isWhole) throw new ApiError('invalid_request', { message: 'Part of the form could not be read' })
    await next()
  })
}

/** What was typed in a field, without control characters; blank where it was left out. */
export const typed = (c: Context<AppEnv>, name: string): string =>
  withoutControls(c.get('form')?.fields[name] ?? '').trim()

/** All that was ticked under one name. */
export const ticked = (c: Context<AppEnv>, name: string): string[] =>
  (c.get('form')?.pairs ?? []).flatMap(([one, value]) => (one === name ? [value] : []))

/** What was typed in several fields. */
export function answersTo<const Name extends string>(c: Context<AppEnv>, names: readonly Name[]): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, typed(c, name)])) as Record<Name, string>
}

/** Sentences for a field's errors, by their code. */
export type Sentences<Name extends string> = Readonly<
  Partial<Record<Name, Partial<Record<FieldError['code'], string>>>>
>

/** A refusal's errors by field, in words. The API's own message, where the console has no other. */
export function faultsOf<Name extends string>(
  refusal: ApiError | undefined,
  names: readonly Name[],
  sentences?: Sentences<Name>,
): Partial<Record<Name, string>> {
  const fields = refusal?.details?.fields ?? {}
  const faults: Partial<Record<Name, string>> = {}
  for (const name of names) {
    // Of a list, that of the first entry that has one.
    const fault = fields[name] ?? Object.entries(fields).find(([path]) => path.startsWith(`${name}.`))?.[1]
    if (fault) faults[name] = sentences?.[name]?.[fault.code] ?? fault.message
  }
  return faults
}

/** Throws a refusal that says nothing of any field of this form: it cannot be mended there. */
export function requireMendable(refusal: ApiError, faults: object): void {
  if (Object.keys(faults).length === 0) throw refusal
}
