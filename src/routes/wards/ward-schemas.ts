import { z } from '@hono/zod-openapi'
import { parseGssCode } from '../../domain/gss'
import { tiers } from '../../domain/vocabulary'
import { readOnlyFields } from '../../http/directory-schemas'
import {
  bodyOf,
  clearable,
  Id,
  Instant,
  id,
  omissible,
  optionalText,
  shaped,
  text,
  versionField,
  versionShown,
} from '../../http/fields'

const latitudeText = { description: 'Degrees north, −90 to 90.', example: 50.1526 }
const longitudeText = { description: 'Degrees east, −180 to 180.', example: -5.0663 }

export const Ward = z
  .object({
    id: Id,
    tenantId: Id,
    name: z.string().openapi({ example: 'Falmouth Arwenack' }),
    boundaryDescription: z.string().nullable().openapi({ example: 'From the harbour to Dracaena Avenue.' }),
    councilTier: z.enum(tiers).nullable().openapi({ example: 'unitary' }),
    latitude: z.number().nullable().openapi(latitudeText),
    longitude: z.number().nullable().openapi(longitudeText),
    enabled: z.boolean().openapi({ description: 'Whether cases, events and residents can select it.' }),
    code: z.string().nullable().openapi({ description: 'GSS code.', example: 'E05009270' }),
    councillorIds: z.array(Id).openapi({ description: 'Its councillors’ user ids, ascending.' }),
    version: versionShown,
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Ward')
export type Ward = z.infer<typeof Ward>

const name = text({
  description: 'Unique within the tenant, ignoring case and spacing.',
  example: 'Falmouth Arwenack',
  max: 120,
})

const code = clearable(shaped(parseGssCode, 'Must be a GSS code, like E05009270')).openapi({
  description: 'GSS code, which links postcodes to the ward.',
  example: 'E05009270',
})

const settable = {
  boundaryDescription: optionalText({
    description: 'A description of the boundary.',
    example: 'From the harbour to Dracaena Avenue.',
    max: 4000,
    lines: true,
  }),
  councilTier: clearable(z.enum(tiers)).openapi({ description: 'Kind of council.', example: 'unitary' }),
  latitude: clearable(z.number().min(-90).max(90)).openapi(latitudeText),
  longitude: clearable(z.number().min(-180).max(180)).openapi(longitudeText),
  enabled: omissible(z.boolean()).openapi({
    description: 'Whether cases, events and residents can select it.',
    example: true,
  }),
  code,
  councillorIds: clearable(z.array(id()).max(20)).openapi({
    description: 'At most 20 enabled users. Replaces the whole list; null clears it.',
    example: ['01JZ8E2Q4N6T1V3X5Z7B9D0F2H'],
  }),
}

const notSettable = [...readOnlyFields, 'tenantId']

export const NewWard = bodyOf({ name, ...settable }, [...notSettable, 'version']).openapi('NewWard')
export type NewWard = z.infer<typeof NewWard>

export const WardChanges = bodyOf({ name: name.optional(), ...settable, version: versionField }, notSettable).openapi(
  'WardChanges',
)
export type WardChanges = z.infer<typeof WardChanges>
