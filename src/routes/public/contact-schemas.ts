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
    name: text({ description: 'Who writes.', example: 'Alex Resident', max: 200 }),
    email: optionalEmail,
    phone: optionalPhone,
    postcode: optionalPostcode,
    address: optionalText({ description: 'Postal address.', example: '1 Example Street', max: 500, lines: true }),
    categoryId: optionalId('An enabled category of the tenant.'),
    wardId: optionalId('An enabled ward of the tenant; found by the postcode if absent.'),
    message: text({
      description: 'What it is about.',
      example: 'There is a deep hole outside the school.',
      max: 4000,
      lines: true,
    }),
    turnstileToken: optionalText({
      description:
        'What Cloudflare Turnstile gave the sender’s browser. Used only where the deployment has that check: then a message without a valid one is kept as spam.',
      example: '0.zrSnRHO7h0HwSjSCU8oyzbjEtD8p',
      max: 2048,
    }),
  })
  .refine(({ email, phone }) => !isBlank(email) || !isBlank(phone), {
    path: ['email'],
    params: errorCode('required'),
    error: 'Give an email address or a phone number',
    // Beside the faults of other fields, too: every fault is listed.
    when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value),
  })
  .openapi('Contact', { description: 'With an email address or a phone number, or both.' })
export type Contact = z.infer<typeof Contact>

/** What a sender is told, whatever was made of the message. */
export const ContactAnswer = z
  .object({
    reference: z
      .string()
      .openapi({ description: 'To be quoted; it gives access to nothing.', example: 'CF-2026-0007' }),
    message: z.string().openapi({ example: 'Thank you. Your message has been sent.' }),
  })
  .openapi('ContactAnswer')
export type ContactAnswer = z.infer<typeof ContactAnswer>
