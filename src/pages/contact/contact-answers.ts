import { storedLength, withoutControls } from '../../domain/text'
import { type ApiError, type FieldError, invalidFields } from '../../errors'
import { fieldErrors } from '../../http/validation'
import { Contact } from '../../routes/public/contact-schemas'

/** The form's fields, in its order. */
export const answerNames = [
  'name',
  'email',
  'phone',
  'postcode',
  'address',
  'categoryId',
  'wardId',
  'message',
] as const satisfies (keyof Contact)[]
export type AnswerName = (typeof answerNames)[number]

/** Typed answers by field; empty strings if blank. */
export type Answers = Record<AnswerName, string>

/** Errors by field, in words for a resident. */
export type Faults = Partial<Record<AnswerName, string>>

/** A form's answers, from any input. */
export function answersOf(form: Record<string, unknown>): Answers {
  const lines: AnswerName[] = ['address', 'message']
  const answerTo = (name: AnswerName) =>
    lines.includes(name) ? textOf(form[name]) : textOf(form[name]).replaceAll(/\s/g, ' ')
  return Object.fromEntries(answerNames.map((name) => [name, answerTo(name)])) as Answers
}

/** A form's value as text, without control characters; empty for a file. */
export function textOf(value: unknown): string {
  if (typeof value !== 'string') return ''
  return withoutControls(value)
}

/** Parses answers as a message by the API's own rules, or returns the error. */
export function contactOf(
  answers: Answers,
): { contact: Contact; fault?: never } | { contact?: never; fault: ApiError } {
  const { success, data, error } = Contact.safeParse(answers)
  return success ? { contact: data } : { fault: invalidFields(fieldErrors(error.issues, answers, false)) }
}

const sentences: Record<AnswerName, Partial<Record<FieldError['code'], string>>> = {
  name: {
    required: 'Enter your full name',
    too_long: 'Your name must be 200 characters or fewer',
  },
  email: {
    required: 'Enter an email address or a phone number',
    format: 'Enter an email address in the right format, like name@example.com',
  },
  phone: { format: 'Enter a phone number, like 01632 960 001 or 07700 900 123' },
  postcode: { format: 'Enter a full UK postcode, like TR1 1AA' },
  address: { too_long: 'Your address must be 500 characters or fewer' },
  categoryId: { unknown_reference: 'Choose a topic from the list', too_long: 'Choose a topic from the list' },
  wardId: { unknown_reference: 'Choose a ward from the list', too_long: 'Choose a ward from the list' },
  message: {
    required: 'Enter your message',
    too_long: 'Your message must be 4,000 characters or fewer',
  },
}

/** Longest answers, in characters, as the sentences say. */
const longest: Partial<Record<AnswerName, number>> = { name: 200, address: 500, message: 4000 }

/** Advice for an answer that is too long: by how much, in the API's own count. */
function excessOf(name: AnswerName, answer: string): string {
  const most = longest[name]
  const excess = most === undefined ? 0 : storedLength(answer) - most
  return excess > 0 ? `. Shorten it by ${excess.toLocaleString('en-GB')} character${excess === 1 ? '' : 's'}` : ''
}

/** Converts the API's errors to the form's sentences, by field. */
export function sayFaults(fields: Record<string, FieldError>, answers: Answers): Faults {
  return Object.fromEntries(
    answerNames.flatMap((name) => {
      const fault = fields[name]
      if (!fault) return []
      const sentence = sentences[name][fault.code] ?? fault.message
      return [[name, fault.code === 'too_long' ? sentence + excessOf(name, answers[name]) : sentence]]
    }),
  )
}
