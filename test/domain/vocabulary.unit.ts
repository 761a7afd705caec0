import { describe, expect, it } from 'vitest'
import { fromLeast, highest, plans, roles, scopes } from '../../src/domain/vocabulary'

describe('the closed lists', () => {
  it('order plans and roles from the least to the most', () => {
    expect(plans).toEqual(['free', 'pro', 'team', 'council'])
    expect(roles).toEqual(['caseworker', 'councillor', 'manager', 'admin'])
  })

  it('name every scope once', () => {
    expect([...scopes].sort()).toEqual([
      'audit:read',
      'cases:read',
      'cases:write',
      'categories:read',
      'events:read',
      'events:write',
      'keys:read',
      'keys:write',
      'news:read',
      'news:write',
      'reports:read',
      'settings:write',
      'submissions:read',
      'submissions:write',
      'users:read',
      'wards:read',
      'wards:write',
      'webhooks:read',
      'webhooks:write',
    ])
  })

  it('tell who may do what a role may', () => {
    expect(fromLeast(roles, 'caseworker')).toEqual(['caseworker', 'councillor', 'manager', 'admin'])
    expect(fromLeast(roles, 'manager')).toEqual(['manager', 'admin'])
    expect(fromLeast(plans, 'council')).toEqual(['council'])
  })

  it('tell the higher of two plans', () => {
    expect(highest(plans, 'pro', 'council')).toBe('council')
    expect(highest(plans, 'council', 'free')).toBe('council')
    expect(highest(plans, 'team', 'team')).toBe('team')
  })
})
