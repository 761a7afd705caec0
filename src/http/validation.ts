import type { Hook } from '@hono/zod-openapi'
import type { z } from 'zod'
import type { AppEnv } from '../app-env'
import { isBlank } from '../domain/text'
import { type FieldError, invalidFields } from '../errors'
import { refuse } from '../gate/keyed'
import { refusePublic } from '../gate/public'

type Issue = z.core.$ZodIssue

/**
 * Refuses a request that fails a route's schemas: the gate first (401, 429, 403, a replay), then 400 or 422
 * with every fault. The rejected values are never part of the answer.
 */
export const refuseInvalid: Hook<unknown, AppEnv, string, Promise<void>> = async (result, c) => {
  if (result.success) return
  const inQuery = result.target !== 'json'
  const value = inQuery ? c.req.queries() : await c.req.json().catch(() => undefined)
  const fault = invalidFields(fieldErrors(result.error.issues, value, inQuery), inQuery)
  const gate = c.get('gate')
  const publicGate = c.get('publicGate')
  if (publicGate) await refusePublic(publicGate, fault)
  if (!gate) throw fault
  await refuse(gate, fault)
}

/** Maximum length of an unknown name in an answer, in characters. */
const longestName = 128

const nameOf = (path: PropertyKey[]) => {
  const name = path.join('.')
  return name.length > longestName ? `${name.slice(0, longestName)}…` : name
}

/** Maximum number of unknown names reported. */
const mostUnknown = 20

/**
 * The faults of a body or query by field, nested names dotted. Only a field's first fault is reported, and
 * of unknown names the first 20.
 */
export function fieldErrors(issues: readonly Issue[], value: unknown, inQuery: boolean): Record<string, FieldError> {
  // Without a prototype: a field may be named `constructor` or `__proto__`.
  const fields: Record<string, FieldError> = Object.create(null)
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      const message = inQuery ? 'Unknown query parameter' : 'Unknown field'
      for (const key of issue.keys.slice(0, mostUnknown)) {
        fields[nameOf([...issue.path, key])] ??= { code: 'unknown', message }
      }
    } else {
      const input = at(value, issue.path)
      fields[issue.path.join('.') || 'body'] ??= inQuery ? faultInQuery(issue, input) : faultOf(issue, input)
    }
  }
  return fields
}

function at(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  )
}

/** @param given all values of the parameter, in a list */
function faultInQuery(issue: Issue, given: unknown): FieldError {
  const [first, ...more] = Array.isArray(given) ? given : [given]
  if (more.length === 0) return faultOf(issue, first)
  return { code: 'type', message: 'Must be given once; several values, where allowed, have commas between them' }
}

function faultOf(issue: Issue, input: unknown): FieldError {
  const isMissing = isBlank(input)
  switch (issue.code) {
    case 'invalid_type':
      return isMissing
        ? { code: 'required', message: 'Required' }
        : { code: 'type', message: `Must be ${kinds[issue.expected] ?? `of type ${issue.expected}`}` }
    case 'invalid_value':
      if (isMissing) return { code: 'required', message: 'Required' }
      if (typeof input !== 'string') return { code: 'type', message: 'Must be text' }
      return { code: 'enum', message: `Must be one of: ${issue.values.join(', ')}` }
    case 'too_big':
      return tooBig(issue)
    case 'too_small':
      return tooSmall(issue)
    case 'invalid_format':
      return { code: 'format', message: issue.message }
    case 'custom':
      return { code: codeOf(issue.params), message: issue.message }
    default:
      return { code: 'type', message: 'Has the wrong type' }
  }
}

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

function tooBig({ origin, maximum }: z.core.$ZodIssueTooBig): FieldError {
  if (origin === 'string') return { code: 'too_long', message: `Must be at most ${maximum} characters` }
  if (origin === 'array') return { code: 'too_long', message: `Must have at most ${maximum} entries` }
  return { code: 'range', message: `Must be at most ${maximum}` }
}

function tooSmall({ origin, minimum }: z.core.$ZodIssueTooSmall): FieldError {
  if (origin === 'string') return { code: 'required', message: 'Required' }
  if (origin === 'array')
    return { code: 'too_short', message: `Must have at least ${minimum} ${minimum === 1 ? 'entry' : 'entries'}` }
  return { code: 'range', message: `Must be at least ${minimum}` }
}

function codeOf(params: Record<string, unknown> | undefined): FieldError['code'] {
  // `faultCode` puts it there.
  return (params?.code as FieldError['code'] | undefined) ?? 'format'
}
