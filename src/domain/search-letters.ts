/**
 * Letters as the search index has them, for those that its tokenizer leaves as they are: letters that Unicode takes apart
 * no further, ligatures from PDFs, the accents of Greek and Cyrillic; and nothing for what nobody sees, so that it hides
 * no word. A migration says the same in SQL: cases are folded as they are indexed, and words as they are looked for.
 */
export const searchLetters: Readonly<Record<string, string>> = {
  ...{ ł: 'l', Ł: 'l', ø: 'o', Ø: 'o', đ: 'd', Đ: 'd', ð: 'd', Ð: 'd', þ: 'th', Þ: 'th', ß: 'ss', ẞ: 'ss' },
  ...{ æ: 'ae', Æ: 'ae', œ: 'oe', Œ: 'oe', ı: 'i', ŋ: 'n', Ŋ: 'n', ħ: 'h', Ħ: 'h', ŧ: 't', Ŧ: 't', ĸ: 'k' },
  ...{ ŉ: 'n', ĳ: 'ij', Ĳ: 'ij', ŀ: 'l', Ŀ: 'l', ﬀ: 'ff', ﬁ: 'fi', ﬂ: 'fl', ﬃ: 'ffi', ﬄ: 'ffl', ﬅ: 'st', ﬆ: 'st' },
  ...{ ά: 'α', Ά: 'α', έ: 'ε', Έ: 'ε', ή: 'η', Ή: 'η', ί: 'ι', Ί: 'ι', ϊ: 'ι', Ϊ: 'ι', ΐ: 'ι' },
  ...{ ό: 'ο', Ό: 'ο', ύ: 'υ', Ύ: 'υ', ϋ: 'υ', Ϋ: 'υ', ΰ: 'υ', ώ: 'ω', Ώ: 'ω' },
  ...{ ё: 'е', Ё: 'е', й: 'и', Й: 'и', ї: 'і', Ї: 'і', ў: 'у', Ў: 'у' },
  ...{ '\u00AD': '', '\u200B': '', '\u200C': '', '\u200D': '', '\u200E': '', '\u200F': '', '\u2060': '', '\uFEFF': '' },
}

const any = new RegExp(`[${Object.keys(searchLetters).join('')}]`, 'gu')

/** A text with the letters that the index has. */
export function foldLetters(text: string): string {
  return text.normalize('NFC').replace(any, (letter) => searchLetters[letter] ?? letter)
}
