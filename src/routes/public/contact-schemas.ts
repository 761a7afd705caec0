import { z } from '@hono/zod-openapi'
import { isBlank } from '../../domain/text'
import {
  errorCode,
  optionalEmail,
  optionalId,
  optionalPhone,
  optionalPostcode,
  optionalText,
  text,
} from '../../http/fields'

/** A resident's message as they send it. */
export const Contact = z
  .strictObject({
    name: text({ description: 'The sender’s name.', example: 'Alex Resident', max: 200 }),
    email: optionalEmail,
    phone: optionalPhone,
    postcode: optionalPostcode,
    address: optionalText({ description: 'Postal address.', example: '1 Example Street', max: 500, lines: true }),
    categoryId: optionalId('An enabled category of the tenant.'),
    wardId: optionalId('An enabled ward of the tenant; looked up from the postcode if absent.'),
    message: text({
      description: 'The message.',
      example: 'There is a deep hole outside the school.',
      max: 4000,
      lines: true,
    }),
    turnstileToken: optionalText({
      description:
        'The token from Cloudflare Turnstile in the sender’s browser. Used only if the deployment has that check: a message without a valid token is then kept as spam.',
      example: '0.zrSnRHO7h0HwSjSCU8oyzbjEtD8p',
      max: 2048,
    }),
  })
  .refine(({ email, phone }) => !isBlank(email) || !isBlank(phone), {
    path: ['email'],
    params: errorCode('required'),
    error: 'Provide an email address or a phone number',
    // Reported along with other fields' errors: every error is listed.
    when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value),
  })
  .openapi('Contact', { description: 'Needs an email address, a phone number or both.' })
export type Contact = z.infer<typeof Contact>

/** The answer to a sender, also for spam and duplicates. */
export const ContactAnswer = z
  .object({
    reference: z
      .string()
      .openapi({ description: 'Quote this when contacting the office; it grants no access.', example: 'CF-2026-0007' }),
    message: z.string().openapi({ example: 'Thank you. Your message has been sent.' }),
  })
  .openapi('ContactAnswer')
export type ContactAnswer = z.infer<typeof ContactAnswer>
