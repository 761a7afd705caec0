import { Command, InvalidArgumentError, Option } from 'commander'
import { isEmail } from '../../src/domain/email'
import { isGssCode } from '../../src/domain/gss'
import { isPhone } from '../../src/domain/phone'
import { plans, roles, type Scope, scopes } from '../../src/domain/vocabulary'
import { reportFault } from './fault'

/** Which databases a command is about, as its options say. */
export interface PlaceOptions {
  config: string
  persistTo?: string
  remote?: boolean
}

/** One act of an operators' command, with the options that all of them have and an example that works when pasted. */
export function act(program: Command, usage: string, description: string, example: string): Command {
  return program
    .command(usage)
    .description(description)
    .addHelpText('after', `\nExample:\n  npm run --silent ${program.name()} -- ${example}`)
    .option('--remote', 'act on production instead of the local database')
    .option('--config <file>', "wrangler's configuration", 'wrangler.toml')
    .option('--persist-to <folder>', 'where the local database is (default: CASEWORK_STATE, or .wrangler/state)')
}

/** A program of several acts, run as `npm run --silent <name> -- <act> …`. */
export function operators(name: string, description: string): Command {
  return new Command(name).description(description).usage('<command> [options]').showHelpAfterError(false)
}

/** Runs a program with this process's arguments. */
export async function obey(program: Command): Promise<void> {
  await program.parseAsync().catch(reportFault)
}

/** Prints what a command has found or made: JSON on stdout, a line per entry where there are several. */
export function print(answer: object): void {
  const lines = Array.isArray(answer) ? answer.map((one) => JSON.stringify(one)) : undefined
  console.log(lines?.length ? `[\n${lines.join(',\n')}\n]` : JSON.stringify(answer))
}

/** Tells the operator something that is not part of the answer. */
export function tell(line: string): void {
  console.error(line)
}

/** `--plan`, one of the vocabulary's. */
export const planOption = () => new Option('--plan <plan>', 'what the tenant has paid for').choices(plans)

/** `--role`, one of the vocabulary's. */
export const roleOption = () => new Option('--role <role>', 'what the user may do').choices(roles)

/** Text of a name's kind: not blank, no control characters, at most `max` long. */
export function text(max: number): (value: string) => string {
  return function text(value) {
    const trimmed = value.trim()
    if (trimmed === '' || trimmed.length > max) throw new InvalidArgumentError(`It must have 1 to ${max} characters.`)
    if (/\p{Cc}/u.test(trimmed)) throw new InvalidArgumentError('It must not contain control characters.')
    return trimmed
  }
}

/** A whole number from `least` to `most`. */
export function whole(least: number, most: number): (value: string) => number {
  return function whole(value) {
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= least && number <= most) return number
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
}

/** A tenant's short name, as it stands in public addresses. */
export function slug(value: string): string {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(value) && value.length <= 63) return value
  throw new InvalidArgumentError('It must be made of a-z, 0-9 and single hyphens, at most 63 characters.')
}

/** A local authority's GSS code. */
export function councilCode(value: string): string {
  if (isGssCode(value)) return value
  throw new InvalidArgumentError('It must be a GSS code, like E06000052.')
}

/** An email address, kept as typed. */
export function email(value: string): string {
  const trimmed = value.trim()
  if (isEmail(trimmed)) return trimmed
  throw new InvalidArgumentError('It must be an email address, like jane@example.com.')
}

/** A phone number, kept as typed. */
export function phone(value: string): string {
  const trimmed = value.trim()
  if (isPhone(trimmed)) return trimmed
  throw new InvalidArgumentError('It must be a phone number, like 01632 960001.')
}

/** What a parser takes, or an empty text, which clears the field. */
export function orEmpty(parse: (value: string) => string): (value: string) => string {
  return function orEmpty(value) {
    return value === '' ? value : parse(value)
  }
}

/** A moment to come, ISO 8601 with an offset, as UTC with milliseconds. */
export function moment(value: string): string {
  const isWhole = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/.test(value)
  const at = isWhole ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at) || !isDay(value)) {
    throw new InvalidArgumentError('It must be a time with an offset, like 2030-01-01T00:00:00Z.')
  }
  if (at <= Date.now()) throw new InvalidArgumentError('It must be in the future.')
  return new Date(at).toISOString()
}

/** `all`, or a list with commas, as the vocabulary orders them. */
export function scopeList(value: string): Scope[] {
  const named = value.split(/[\s,]+/).filter(Boolean)
  if (named.length === 1 && named[0] === 'all') return [...scopes]
  const unknown = named.filter((one) => !scopes.some((scope) => scope === one))
  if (named.length === 0 || unknown.length > 0) {
    const fault = unknown.length > 0 ? `Unknown: ${unknown.join(', ')}. ` : ''
    throw new InvalidArgumentError(`${fault}It must be "all", or some of ${scopes.join(', ')}.`)
  }
  return scopes.filter((scope) => named.includes(scope))
}

/** JavaScript takes 30 February for 2 March. */
function isDay(value: string): boolean {
  const day = value.slice(0, 10)
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
}
