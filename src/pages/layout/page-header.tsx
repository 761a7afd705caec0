import type { PublicTenant } from '../../gate/public-gate'

/** Top of every page: the office's name, and the way back to its website. */
export function PageHeader({ office }: { office: PublicTenant | undefined }) {
  return (
    <header>
      <a class="skip" href="#main">
        Skip to main content
      </a>
      <div class="width">
        <p class="name">{office?.name ?? 'Casework'}</p>
        {office?.website && (
          <p>
            <a href={office.website}>Back to our website</a>
          </p>
        )}
      </div>
    </header>
  )
}
