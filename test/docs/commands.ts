import { pages, readPage } from './pages'

/** A command that a page gives: in a block, whose commands belong together, or within a sentence. */
export interface Documented {
  page: string
  line: number
  text: string
  /** The block that it is in, by its number on the page; undefined within a sentence. */
  block: number | undefined
  /** What the page says is printed: the block without a language that follows. */
  printed: string | undefined
}

/** The npm scripts of the project, by name. */
export const scripts: Record<string, string> = JSON.parse(readPage('package.json')).scripts

const fence = /^( *)```(\w*)\n(.*?)^\1```$/gms
const programs = /^(?:… \| )?(?:[A-Z_]+=\S+ )*(?:npm|npx|curl|openssl|git|node) /
/** How a page that has just named the whole command names it again: `keys -- rotate ID`. */
const shortened = /^([a-z:-]+) -- /

/** Every command of every page. */
export const documented: Documented[] = pages.flatMap(commandsOf)

function commandsOf(page: string): Documented[] {
  const text = readPage(page)
  const lineAt = (index: number) => text.slice(0, index).split('\n').length
  const blocks = [...text.matchAll(fence)]
  const inBlocks = blocks.flatMap(({ index, 2: language, 3: script = '' }, block) => {
    if (language !== 'sh') return []
    const next = blocks[block + 1]
    const isPrinted = next?.[2] === '' && text.slice(index, next.index).split('```').at(-1)?.trim() === ''
    const printed = isPrinted ? next[3] : undefined
    return commandsIn(script).map((command) => ({ page, line: lineAt(index) + 1, text: command, block, printed }))
  })
  const prose = text.replace(fence, (whole) => whole.replaceAll(/[^\n]/g, ''))
  const inProse = [...prose.matchAll(/(?<!`)`([^`]+)`(?!`)/g)].flatMap(({ index, 1: quoted = '' }) => {
    const commands = quoted.replaceAll(/\s+/g, ' ').replaceAll('\\|', '|').split(' && ').flatMap(wholeOf)
    return commands.map((text) => ({ page, line: lineAt(index), text, block: undefined, printed: undefined }))
  })
  return [...inBlocks, ...inProse]
}

/** The whole command of what stands in backticks, if it is one. */
function wholeOf(quoted: string): string[] {
  if (programs.test(quoted)) return [quoted]
  const [, script = ''] = shortened.exec(quoted) ?? []
  return script in scripts ? [`npm run ${quoted}`] : []
}

/** The commands of a shell script: one a line, but where a line ends with a backslash or within quotes; no comments. */
export function commandsIn(script: string): string[] {
  // One piece at a time: what is quoted, a continued line, a comment, a line's end, or anything else.
  const pieces = script.match(/"(?:\\[\s\S]|[^"\\])*"|'[^']*'|\\\n *|(?<=^|\s)#[^\n]*|\n|[\s\S]/gm) ?? []
  const kept = pieces.map((piece) =>
    /^#/.test(piece) ? '' : /^\\\n/.test(piece) ? ' ' : piece === '\n' ? '\0' : piece,
  )
  return kept
    .join('')
    .split('\0')
    .map((command) => command.trim())
    .filter((command) => command !== '')
}

/** The words of a command, as a shell splits them. */
export function wordsOf(command: string): string[] {
  const words = command.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'])+/gs) ?? []
  return words.map((word) => word.replaceAll(/"((?:\\.|[^"\\])*)"|'([^']*)'/gs, '$1$2'))
}

/** A command of npm's `run`: the script, what is handed to it, and the environment. */
export function scriptOf(command: string): { script: string; args: string[] } | undefined {
  const words = wordsOf(command.replace(/^… \| /, ''))
  const [program, verb, ...rest] = words.filter(
    (word, i) => !(/^[A-Z_]+=/.test(word) && words.slice(0, i).every(isSetting)),
  )
  if (program !== 'npm') return
  const named = verb === 'run' ? rest : verb === 'start' || verb === 'test' ? [verb, ...rest] : []
  const [script, dashes, ...args] = named.filter((word) => word !== '--silent')
  return script === undefined ? undefined : { script, args: dashes === '--' ? args : [] }
}

const isSetting = (word: string) => /^[A-Z_]+=/.test(word)

/** The file that an npm script starts. */
export const fileOf = (script: string) => scripts[script]?.replace('tsx ', '') ?? ''
