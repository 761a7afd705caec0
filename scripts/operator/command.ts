import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { mostRanges, readRange } from '../../src/domain/address-ranges'
import { parseEmail } from '../../src/domain/email'
import { parseGssCode } from '../../src/domain/gss'
import { readMoment } from '../../src/domain/moment'
import { parsePhone } from '../../src/domain/phone'
import { parsePostcode } from '../../src/domain/postcode'
import { isBlank, type Reading, readText } from '../../src/domain/text'
import { parseWebAddress } from '../../src/domain/url'
import { plans, roles, type Scope, scopes } from '../../src/domain/vocabulary'
import { placeOf } from './cells'
import { type Stage, stages } from './configuration'
import { reportFault } from './fault'
import { hasDatabase } from './local-database'
import { jsonOf, textOf } from './output'

/** Options that select a command's databases. */
export interface PlaceOptions {
  config?: string
  env?: Stage
  persistTo?: string
  remote?: boolean
  /** Prints JSON for programs instead of a table or lines for people. */
  json?: boolean
}

/** Adds a subcommand to an operators' program, with their common options and an example that works when pasted. */
export function addCommand(program: Command, usage: string, description: string, example: string): Command {
  return withPlace(program.command(usage).description(description), `${program.name()} -- ${example}`)
}

/** Adds the options that select a command's databases, and an example that works when pasted. */
export function withPlace(command: Command, example: string): Command {
  return command
    .addHelpText('after', `\nExample:\n  npm run --silent ${example}`)
    .addOption(new Option('--env <stage>', 'use a deployed stage instead of the local database').choices(stages))
    .option('--remote', 'the same as --env production')
    .option('--config <file>', "wrangler's configuration (default: wrangler.toml, or of a stage wrangler.account.toml)")
    .option(
      '--persist-to <folder>',
      'where the local database is (default: CASEWORK_STATE, or .wrangler/state)',
      stateFolder,
    )
    .option('--json', 'print JSON, for programs')
}

/** A folder that holds a local database: a slip of the keyboard must not make an empty one. */
function stateFolder(value: string): string {
  const folder = callersPath(value)
  if (hasDatabase(placeOf({ persistTo: folder }).state)) return folder
  throw new InvalidArgumentError(
    `There is no local database in it. "CASEWORK_STATE=${folder} npm run migrate" makes one.`,
  )
}

/** A program of several subcommands, run as `npm run --silent <name> -- <command> …`. */
export function operators(name: string, description: string): Command {
  return new Command(name).description(description).usage('<command> [options]').showHelpAfterError(false)
}

/** Runs a program with this process's arguments. */
export async function runProgram(program: Command): Promise<void> {
  for (const command of [program, ...program.commands]) requireAll(command)
  await program.parseAsync().catch(reportFault)
}

/**
 * Has every missing option named at once, after a misspelt one: commander stops at the first that is missing, and looks
 * for unknown ones last.
 */
function requireAll(command: Command): void {
  const required = command.options.filter(({ mandatory }) => mandatory)
  for (const option of required) {
    option.mandatory = false
    option.description += ' (required)'
  }
  command.hook('preAction', () => {
    const missing = required.filter((option) => command.getOptionValue(option.attributeName()) === undefined)
    const names = missing.map(({ flags }) => `'${flags}'`).join(', ')
    if (missing.length > 0)
      command.error(`error: required option${missing.length > 1 ? 's' : ''} ${names} not specified`)
  })
}

/**
 * A path as whoever gave the command means it, from their own folder: npm runs a command in the project's folder, and
 * keeps theirs in INIT_CWD.
 */
export function callersPath(path: string, { npm_lifecycle_event: script, INIT_CWD } = process.env): string {
  const isByNpm = script !== undefined && process.argv[1]?.endsWith(`${script}.ts`)
  return resolve(isByNpm && INIT_CWD ? INIT_CWD : '.', path)
}

/**
 * Prints what a command has found or made on stdout: a table or a line per field for people, or JSON for programs.
 *
 * @param columns the fields of a list that people are shown; by default all
 */
export function print(
  answer: object,
  { json = false }: Pick<PlaceOptions, 'json'> = {},
  columns?: readonly string[],
): void {
  console.log(json ? jsonOf(answer) : textOf(answer, columns))
}

/** Prints a note to the operator on stderr. */
export function note(line: string): void {
  console.error(line)
}

/** `--plan`, one of the vocabulary's. */
export const planOption = () => new Option('--plan <plan>', 'the plan').choices(plans)

/** `--role`, one of the vocabulary's. */
export const roleOption = () => new Option('--role <role>', "the user's role").choices(roles)

/** The value read; throws its error in commander's form. */
function valueRead<T>({ value, fault }: Reading<T>): T {
  if (!fault) return value
  throw new InvalidArgumentError(fault.code === 'required' ? 'It must not be blank.' : `It m${fault.message.slice(1)}.`)
}

/** An option parser; throws an error that states what the text must be. */
function shaped(parse: (value: string) => string | undefined, must: string): (value: string) => string {
  return function shaped(value) {
    const parsed = parse(value)
    if (parsed !== undefined) return parsed
    throw new InvalidArgumentError(`It must be ${must}.`)
  }
}

/** Text of a name's kind, at most `max` long. */
export function text(max: number): (value: string) => string {
  return function text(value) {
    const read = readText(value, { max })
    const isLength = read.fault?.code === 'required' || read.fault?.code === 'too_long'
    if (isLength) throw new InvalidArgumentError(`It must have 1 to ${max} characters.`)
    return valueRead(read)
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

/** A number of days, 1 to 365, or words in its place: `5` is `5 days`. */
export function daysOrWords(value: string): string {
  const read = text(100)(value)
  if (!/^\d+$/.test(read)) return read
  const days = whole(1, 365)(read)
  return days === 1 ? '1 day' : `${days} days`
}

/** A tenant's short name, as it stands in public addresses. */
export function slug(value: string): string {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(value) && value.length <= 63) return value
  throw new InvalidArgumentError('It must be made of a-z, 0-9 and single hyphens, at most 63 characters.')
}

/** A local authority's GSS code. */
export const councilCode = shaped(parseGssCode, 'a GSS code, like E06000052')

/** An email address, kept as typed. */
export const email = shaped(parseEmail, 'an email address, like jane@example.com')

/** A phone number, kept as typed. */
export const phone = shaped(parsePhone, 'a phone number, like 01632 960001')

/** A web address, `http` or `https`. */
export const webAddress = shaped(parseWebAddress, 'a web address, like https://www.example.com')

/** A postcode, as it is stored. */
export const postcode = shaped(parsePostcode, 'a postcode, like TR1 1AA')

/** A parser that also accepts blank text, which clears the field. */
export function orEmpty(parse: (value: string) => string): (value: string) => string {
  return function orEmpty(value) {
    return isBlank(value) ? '' : parse(value)
  }
}

/** A parser that also accepts a word in place of a value: commander takes no null for one. */
export function orWord<T, const W extends string>(word: W, parse: (value: string) => T): (value: string) => T | W {
  return function orWord(value) {
    return value === word ? word : parse(value)
  }
}

/** A moment to come, ISO 8601 with an offset, as UTC with milliseconds; a day stands for its end in UTC. */
export function moment(value: string): string {
  const at = valueRead(readMoment(/^\d{4}-\d{2}-\d{2}$/.test(value.trim()) ? `${value.trim()}T23:59:59.999Z` : value))
  if (Date.parse(at) > Date.now()) return at
  throw new InvalidArgumentError('It must be in the future.')
}

/** One more address or CIDR range of a repeated option, in its canonical form. */
export function rangeList(value: string, earlier: string[] = []): string[] {
  const reading = readRange(value)
  if ('fault' in reading)
    throw new InvalidArgumentError(`It ${reading.fault.replace(/^./, (first) => first.toLowerCase())}.`)
  const ranges = [...new Set([...earlier, reading.range])]
  if (ranges.length > mostRanges) throw new InvalidArgumentError(`There must be at most ${mostRanges}.`)
  return ranges
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
