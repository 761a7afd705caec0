import { describe, expect, it } from 'vitest'
import { decoded, encodingOf, isJson, mediaTypesOf } from '../../src/domain/media-type'

const json = (parameters: Record<string, string> = {}) => [{ essence: 'application/json', parameters }]

describe('A Content-Type', () => {
  it.each([
    ['application/json', json()],
    ['APPLICATION/Json', json()],
    ['  application/json\t', json()],
    ['application/json;', json()],
    ['application/json ;; ; ', json()],
    ['application/json ; charset=utf-8 ;', json({ charset: 'utf-8' })],
    ['application/json;CHARSET="utf\\-8"', json({ charset: 'utf-8' })],
    ['application/json; a="x;y, charset=latin1"; charset=UTF-8', json({ a: 'x;y, charset=latin1', charset: 'UTF-8' })],
    ['application/json; charset=utf-8; charset=latin1', json({ charset: 'utf-8' })],
    ['application/json, application/json', [...json(), ...json()]],
    [', application/json; a=",", ,text/plain', [...json({ a: ',' }), { essence: 'text/plain', parameters: {} }]],
    ['', []],
    [' , ', []],
  ])('%j is read by its grammar', (header, types) => {
    expect(mediaTypesOf(header)).toEqual(types)
  })

  it.each([
    ...[
      'application/json',
      'application/merge-patch+json',
      'application/vnd.casework.v1+json',
      'application/a!#$&^_+json',
    ],
    ...['application/a+b+json', 'application/3gpp.x+json'],
  ])('%s is JSON', (header) => {
    expect(mediaTypesOf(header).map(isJson)).toEqual([true])
  })

  it.each([
    ...['text/json', 'application/jsonp', 'application/+json', 'application/xjson', 'application/json+xml', 'json'],
    ...[
      'application/json x',
      'application /json',
      'application/a b+json',
      'application/a/b+json',
      'application/json/x',
    ],
  ])('%s is none', (header) => {
    expect(mediaTypesOf(header).map(isJson)).toEqual([false])
  })
})

describe('An encoding', () => {
  it.each([
    ...[['utf-8', 'utf-8'] as const, ['UTF8', 'utf-8'] as const, ['unicode-1-1-utf-8', 'utf-8'] as const],
    ...[
      ['ISO-8859-1', 'windows-1252'] as const,
      ['us-ascii', 'windows-1252'] as const,
      ['utf-16', 'utf-16le'] as const,
    ],
    ['utf-9', undefined] as const,
  ])('named %s is %s', (label, encoding) => {
    expect(encodingOf(label)).toBe(encoding)
  })

  it('is undone strictly, without a byte order mark', () => {
    expect(decoded(Uint8Array.of(0xef, 0xbb, 0xbf, 0xc3, 0xab))).toBe('ë')
    expect(decoded(Uint8Array.of(0x5a, 0x6f, 0xeb))).toBeUndefined()
    expect(decoded(Uint8Array.of(0xed, 0xa0, 0x80))).toBeUndefined()
    expect(decoded(Uint8Array.of(0x80, 0xeb), 'windows-1252')).toBe('€ë')
  })
})
