/** Whether a text is a GSS code of the Office for National Statistics: a letter for the country and eight digits. */
export function isGssCode(text: string): boolean {
  return /^[EWSN]\d{8}$/.test(text)
}
