/**
 * Scripts whose letters join, where a zero-width joiner or non-joiner makes another word or another letter: Persian's
 * half-space, and the conjuncts of Hindi and its relatives (RFC 5892, appendix A.1 and A.2).
 */
const joining = [
  ...['Arab', 'Syrc', 'Nkoo', 'Mong', 'Mand', 'Adlm', 'Rohg'],
  ...['Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml', 'Telu', 'Knda', 'Mlym', 'Sinh', 'Khmr', 'Mymr'],
]
  .map((script) => `\\p{scx=${script}}`)
  .join('')

const picture = '\\p{Extended_Pictographic}'
const flag = '\\u{1F3F4}'
const tags = '[\\u{E0020}-\\u{E007E}]'

/** Invisible characters that change the visible one right before them. */
const meant = [
  `(?<=[[[${joining}]&&[\\p{L}\\p{M}]]--\\p{Default_Ignorable_Code_Point}])[\\u200C\\u200D]`,
  // Pictures made of several, with or without a skin's tone.
  `(?<=${picture}\\uFE0F?|\\p{Emoji_Modifier})\\u200D(?=${picture})`,
  `(?<=${picture})\\uFE0F|(?<=[0-9#*])\\uFE0F(?=\\u20E3)`,
  // Flags of parts of a country, such as Scotland's: the black flag, the part in tags, the tag that ends them.
  `(?<=${flag})${tags}+\\u{E007F}`,
  // The variants of an ideograph in which families write their names, and of a Mongolian letter.
  '(?<=\\p{Ideographic})[\\u{E0100}-\\u{E01EF}]',
  '(?<=[\\u1820-\\u18AA])[\\u180B-\\u180D\\u180F]',
].join('|')

/** Characters that Unicode renders as nothing, and the marks of interlinear annotations. */
const invisible = '[\\p{Default_Ignorable_Code_Point}\\uFFF9-\\uFFFB]'

const either = new RegExp(`(${meant})|${invisible}`, 'gv')

/**
 * A text without its invisible characters, which come with copy and paste: soft hyphens, zero-width spaces, byte order
 * marks, direction marks, fillers. Those stay that change what is seen: joiners within Persian, Hindi and emoji, the
 * variants of a character right after it, and the tags of a flag.
 */
export function withoutInvisible(text: string): string {
  return text.replace(either, (_, kept: string | undefined) => kept ?? '')
}

const anyInvisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/** A text without any invisible characters, joiners included: as machines read it. */
export function withoutAnyInvisible(text: string): string {
  return text.replace(anyInvisible, '')
}

/**
 * True if a letter has more than 30 marks, the most that any language or notation needs (Stream-Safe Text Format,
 * UAX #15). Putting a longer run in order costs the square of its length.
 */
export function hasLongRun(text: string): boolean {
  return text.match(/\p{M}+/gu)?.some((run) => [...run].length > 30) ?? false
}
