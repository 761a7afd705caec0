import { newId } from './id'
import type { Role } from './vocabulary'

/** Email address of the service user, who holds a tenant's keys of a role: `admin.service@acme.invalid`. */
export const serviceEmail = (role: Role, slug: string) => `${role}.service@${slug}.invalid`

/** Values of a new service user, by placeholder. */
export function serviceUser(role: Role, slug: string, now: string) {
  return { serviceId: newId(now), serviceName: `Service (${role})`, serviceEmail: serviceEmail(role, slug) }
}

/** Addresses of service users as an SQL LIKE pattern: `.invalid` can be nobody's mail (RFC 2606 §2). */
export const serviceEmails = '%.service@%.invalid'
