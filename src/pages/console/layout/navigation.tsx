import type { Principal } from '../../../gate/principal'
import { isAuthorised, type Requirement } from '../../../gate/requirement'

interface Section extends Requirement {
  path: string
  name: string
}

/** The console's sections in their order, each with what its list asks of the key. */
export const sections: readonly Section[] = [
  { path: '/console', name: 'Overview', plan: 'pro' },
  { path: '/console/inbox', name: 'Inbox', plan: 'pro', scope: 'submissions:read' },
  { path: '/console/cases', name: 'Cases', plan: 'pro', scope: 'cases:read' },
  { path: '/console/events', name: 'Events', plan: 'pro', scope: 'events:read' },
  { path: '/console/news', name: 'News', plan: 'pro', scope: 'news:read' },
  { path: '/console/people', name: 'People', plan: 'council', scope: 'users:read' },
  { path: '/console/wards', name: 'Wards', plan: 'pro', scope: 'wards:read' },
  { path: '/console/categories', name: 'Categories', plan: 'pro', scope: 'categories:read' },
  { path: '/console/keys', name: 'Keys', plan: 'pro', scope: 'keys:read', role: 'admin' },
  { path: '/console/usage', name: 'Usage', plan: 'pro', scope: 'keys:read', role: 'admin' },
  { path: '/console/webhooks', name: 'Webhooks', plan: 'team', scope: 'webhooks:read', role: 'admin' },
  { path: '/console/audit', name: 'Audit', plan: 'council', scope: 'audit:read', role: 'admin' },
  { path: '/console/disclosures', name: 'Disclosures', plan: 'council', scope: 'audit:read', role: 'admin' },
]

/** Links to the sections that a key may see; the one that is open is marked. */
export function Navigation({ principal, path }: { principal: Principal; path: string }) {
  const isOpen = (section: Section) =>
    section.path === '/console' ? path === section.path : `${path}/`.startsWith(`${section.path}/`)
  return (
    <nav aria-label="Console">
      <ul class="wide sections">
        {sections
          .filter((section) => isAuthorised(principal, section))
          .map((section) => (
            <li key={section.path}>
              <a
                href={section.path}
                aria-current={isOpen(section) ? (path === section.path ? 'page' : 'true') : undefined}
              >
                {section.name}
              </a>
            </li>
          ))}
      </ul>
    </nav>
  )
}
